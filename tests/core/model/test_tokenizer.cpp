#include <QFile>
#include <QTemporaryDir>
#include <QTest>
#include <thread>

#include <nlohmann/json.hpp>

#include "core/files/json_file.h"
#include "core/model/tokenizer.h"
#include "core/model/tokenizer/tokenizer_metadata.h"
#include "tests/core/model/broken_tokenizers.h"

using namespace ql;
using nlohmann::json;

using Ids = std::vector<std::int32_t>;

/// Text to ids and back: the demo model's golden cases, small tokenizers made here, and files that
/// break the rules.
class TestTokenizer : public QObject {
    Q_OBJECT

    static void write(const QString& path, const std::string& text) {
        QFile file(path);
        QVERIFY(file.open(QIODevice::WriteOnly));
        file.write(text.data(), static_cast<qint64>(text.size()));
    }

    static std::string read(const QString& path) {
        QFile file(path);
        return file.open(QIODevice::ReadOnly) ? file.readAll().toStdString() : std::string();
    }

    static std::shared_ptr<const Tokenizer> of(const json& tokenizer,
                                               const json& config = json::object(),
                                               std::uint64_t rows = 1000) {
        const QTemporaryDir folder;
        write(folder.filePath("tokenizer.json"), tokenizer.dump());
        write(folder.filePath("tokenizer_config.json"), config.dump());
        return Tokenizer::of_directory(folder.path().toStdString(), json::object(), rows);
    }

    /// The sentence with which something fails.
    static std::string error_of(const std::function<void()>& action) {
        try {
            action();
        } catch (const Error& error) {
            return error.what();
        }
        return "no error";
    }

    /// Byte-level: the letters a to e, a space, two bytes of U+00E9, U+0301 and U+FFFD, some words.
    static json byte_level() {
        json vocabulary = {{"a", 0},    {"b", 1},   {"c", 2},   {"d", 3},    {"e", 4},
                           {"Ġ", 5},    {"Ã", 6},   {"©", 7},   {"Ì", 8},    {"ģ", 9},
                           {"ï", 10},   {"¿", 11},  {"½", 12},  {"ab", 13},  {"bc", 14},
                           {"abc", 15}, {"Ġa", 16}, {"Ã©", 17}, {"deed", 18}};
        return {
            {"added_tokens", json::array({added(20, "<end>", true), added(21, "<tab>", false)})},
            {"normalizer", nullptr},
            {"pre_tokenizer",
             {{"type", "ByteLevel"}, {"add_prefix_space", false}, {"use_regex", true}}},
            {"model",
             {{"type", "BPE"},
              {"vocab", vocabulary},
              {"merges", {"b c", "a b", "a bc", "Ġ a", "Ã ©"}}}}};
    }

    static json added(int id, const char* text, bool special) {
        return {{"id", id},        {"content", text},      {"special", special}, {"lstrip", false},
                {"rstrip", false}, {"single_word", false}, {"normalized", false}};
    }

    /// Characters with marked spaces and a token for each of the bytes of U+00E9.
    static json marked() {
        return {{"added_tokens", json::array({added(0, "<unk>", true), added(1, "<s>", true)})},
                {"normalizer",
                 {{"type", "Sequence"},
                  {"normalizers",
                   {{{"type", "Prepend"}, {"prepend", "▁"}},
                    {{"type", "Replace"}, {"pattern", {{"String", " "}}}, {"content", "▁"}}}}}},
                {"pre_tokenizer", nullptr},
                {"model",
                 {{"type", "BPE"},
                  {"unk_token", "<unk>"},
                  {"fuse_unk", true},
                  {"byte_fallback", true},
                  {"vocab",
                   {{"<unk>", 0},
                    {"<s>", 1},
                    {"<0xC3>", 2},
                    {"<0xA9>", 3},
                    {"▁", 4},
                    {"a", 5},
                    {"b", 6},
                    {"▁a", 7},
                    {"ab", 8},
                    {"▁▁", 9}}},
                  {"merges", {"▁ a", "a b", "▁ ▁"}}}}};
    }

    static GgufMetadata gguf(const std::vector<std::string>& tokens,
                             const std::vector<float>& scores,
                             const std::vector<std::int32_t>& types) {
        GgufMetadata keys;
        keys.set("tokenizer.ggml.model", GgufValue::of_string("llama"));
        keys.set("tokenizer.ggml.tokens", GgufValue::of_strings(tokens));
        keys.set("tokenizer.ggml.scores", GgufValue::of_f32s(scores));
        keys.set("tokenizer.ggml.token_type", GgufValue::of_i32s(types));
        return keys;
    }

    static std::shared_ptr<const Tokenizer> demo() {
        return Tokenizer::of(*Model::open(QL_SOURCE_DIR "/resources/demo_model"));
    }

  private slots:
    void demoModelGivesTheGoldenIds() {
        const auto tokenizer = demo();
        QCOMPARE(tokenizer->size(), std::size_t{4096});
        const json golden = parse_json(read(QL_TEST_DATA "/demo_model/tokenization.json"));
        QCOMPARE(golden["cases"].size(), std::size_t{50});
        for (const json& entry : golden["cases"]) {
            const std::string text = entry["text"];
            const Ids ids = tokenizer->encode(text, {true, true});
            QVERIFY2(ids == entry["ids"].get<Ids>(), text.c_str());
            QCOMPARE(tokenizer->decode(ids), entry["decoded"].get<std::string>());
        }
    }

    void demoModelCountsTheTokensOfItsText() {
        const std::string text = read(QL_SOURCE_DIR "/resources/demo_model/calibration.txt");
        const auto tokenizer = demo();
        const Ids ids = tokenizer->encode(text);
        QCOMPARE(ids.size(), std::size_t{16288});
        QCOMPARE(tokenizer->decode(ids), text);
    }

    void exportedTokenizerGivesTheSameIds() {
        const std::string folder = QL_SOURCE_DIR "/resources/demo_model";
        const GgufMetadata keys = tokenizer_metadata(folder, json::object(), 4096).keys;
        const auto exported = Tokenizer::of_gguf(keys);
        const auto original = demo();
        for (const char* name : {"calibration.txt", "calibration_zh.txt", "calibration_code.txt"}) {
            const std::string text = read(QL_SOURCE_DIR "/resources/demo_model/" + QString(name));
            QVERIFY(!text.empty());
            QVERIFY(original->encode(text) == exported->encode(text));
        }
        QVERIFY(exported->encode("one<|endoftext|>two", {true, true}) == (Ids{461, 0, 84, 87, 79}));
        QCOMPARE(exported->adds_bos(), original->adds_bos());
        QVERIFY(exported->bos() == original->bos());
    }

    void exportedMarkedSpacesGiveTheSameIds() {
        const QTemporaryDir folder;
        write(folder.filePath("tokenizer.json"), marked().dump());
        const std::string path = folder.path().toStdString();
        const auto original = Tokenizer::of_directory(path, json::object(), 12);
        const auto exported = Tokenizer::of_gguf(tokenizer_metadata(path, json::object(), 12).keys);
        for (const char* text : {"", "ab", "a b", "  ab", "é", "ba a  b", "a<s>b"}) {
            QVERIFY2(original->encode(text, {false, true}) == exported->encode(text, {false, true}),
                     text);
        }
    }

    void mergesComeInTheirOrder() {
        const auto tokenizer = of(byte_level());
        QVERIFY(tokenizer->encode("abc") == (Ids{15}));
        QVERIFY(tokenizer->encode("ab bc") == (Ids{13, 5, 14}));
        QVERIFY(tokenizer->encode("a a") == (Ids{0, 16}));
        QVERIFY(tokenizer->encode("") == Ids{});
        QVERIFY(tokenizer->encode("deed") == (Ids{3, 4, 4, 3}));
        json whole = byte_level();
        whole["model"]["ignore_merges"] = true;
        QVERIFY(of(whole)->encode("deed") == (Ids{18}));
    }

    void leftmostOfEqualMergesComesFirst() {
        const auto tokenizer =
            Tokenizer::of_gguf(gguf({"<unk>", "<s>", "</s>", "▁", "a", "aa", "aaa"},
                                    {0, 0, 0, 0, -2, -1, -1}, {2, 3, 3, 1, 1, 1, 1}));
        QVERIFY(tokenizer->encode("aaaaa", {false, false}) == (Ids{3, 6, 5}));
    }

    void specialTokensAreParsedOnRequest() {
        const auto tokenizer = of(byte_level());
        QVERIFY(tokenizer->encode("a<end>b", {true, true}) == (Ids{0, 20, 1}));
        QVERIFY(tokenizer->encode("a<tab>b") == (Ids{0, 21, 1}));
        const std::string error = error_of([&] { tokenizer->encode("a<end>b"); });
        QVERIFY2(error.find("no token for a byte of") != std::string::npos, error.c_str());
        QCOMPARE(tokenizer->decode(Ids{0, 20, 21}), std::string("a<end><tab>"));
        QVERIFY(tokenizer->is_control(20) && !tokenizer->is_control(21));
    }

    void addedTokensTakeSpaceAndLengthIntoAccount() {
        json tokenizer = byte_level();
        tokenizer["added_tokens"].push_back(added(22, "<tab><tab>", false));
        tokenizer["added_tokens"].push_back(added(23, "<l>", false));
        tokenizer["added_tokens"].back()["lstrip"] = true;
        tokenizer["added_tokens"].push_back(added(24, "<r>", false));
        tokenizer["added_tokens"].back()["rstrip"] = true;
        tokenizer["added_tokens"].push_back(added(25, "be", false));
        tokenizer["added_tokens"].back()["single_word"] = true;
        const auto made = of(tokenizer);
        QVERIFY(made->encode("<tab><tab><tab>") == (Ids{22, 21}));
        QVERIFY(made->encode("a <l> a") == (Ids{0, 23, 16}));
        QVERIFY(made->encode("a <r>\u3000 a") == (Ids{0, 5, 24, 0}));
        QVERIFY(made->encode("abe be") == (Ids{13, 4, 5, 25}));
    }

    void bosAndEosAreAddedWhereTheModelWantsThem() {
        const json config = {{"bos_token", "<end>"},
                             {"eos_token", "<end>"},
                             {"add_bos_token", true},
                             {"add_eos_token", true}};
        const auto tokenizer = of(byte_level(), config);
        QVERIFY(tokenizer->adds_bos() && tokenizer->adds_eos());
        QVERIFY(tokenizer->encode("a") == (Ids{20, 0, 20}));
        QVERIFY(tokenizer->encode("", {true, false}) == (Ids{20, 20}));
        QVERIFY(tokenizer->encode("a", {false, false}) == (Ids{0}));
        QVERIFY(!of(byte_level())->bos());
    }

    void charactersAreComposedWhereAsked() {
        QVERIFY(of(byte_level())->encode("e\u0301") == (Ids{4, 8, 9}));
        json composing = byte_level();
        composing["normalizer"] = {{"type", "NFC"}};
        QVERIFY(of(composing)->encode("e\u0301") == (Ids{17}));
        QVERIFY(of(composing)->encode("a") == (Ids{0}));
    }

    void bytesThatAreNotUtf8BecomeReplacementCharacters() {
        const auto tokenizer = of(byte_level());
        QVERIFY(tokenizer->encode("a\xFF\xC3") == (Ids{0, 10, 11, 12, 10, 11, 12}));
        QCOMPARE(tokenizer->decode(Ids{17}), std::string("é"));
        QCOMPARE(tokenizer->piece(6), std::string_view("\xC3"));
    }

    void spacesAreMarkedAndBytesFallBack() {
        const auto tokenizer = of(marked());
        QVERIFY(tokenizer->encode("a b") == (Ids{7, 4, 6}));
        QVERIFY(tokenizer->encode(" ab") == (Ids{4, 7, 6}));
        QVERIFY(tokenizer->encode("é") == (Ids{4, 2, 3}));
        QVERIFY(tokenizer->encode("éüßa") == (Ids{4, 2, 3, 0, 5}));
        QVERIFY(tokenizer->encode("<s>a", {true, true}) == (Ids{1, 7}));
        QCOMPARE(tokenizer->decode(Ids{1, 7, 4, 6}), std::string("<s>a b"));
        QCOMPARE(tokenizer->decode(Ids{4, 2, 3}), std::string("é"));
    }

    void spacesInFrontFollowMetaspace() {
        json tokenizer = marked();
        tokenizer["normalizer"] = nullptr;
        tokenizer["pre_tokenizer"] = {{"type", "Metaspace"},
                                      {"replacement", "▁"},
                                      {"prepend_scheme", "first"},
                                      {"split", false}};
        QVERIFY(of(tokenizer)->encode("a<s>a", {true, true}) == (Ids{7, 1, 5}));
        QVERIFY(of(tokenizer)->encode(" a") == (Ids{7}));
        QVERIFY(of(tokenizer)->encode("  b") == (Ids{9, 6}));
        tokenizer["pre_tokenizer"]["split"] = true;
        QVERIFY(of(tokenizer)->encode("  b") == (Ids{4, 4, 6}));
        tokenizer["pre_tokenizer"]["prepend_scheme"] = "never";
        QVERIFY(of(tokenizer)->encode("a") == (Ids{5}));
    }

    void sentencePieceModelsAreFollowed() {
        const auto piece = [](const std::string& text, char type) {
            const std::string body = "\x0a" + std::string(1, static_cast<char>(text.size())) +
                                     text + "\x18" + std::string(1, type);
            return "\x0a" + std::string(1, static_cast<char>(body.size())) + body;
        };
        const std::string pieces = piece("<unk>", 2) + piece("<s>", 3) + piece("▁▁", 4) +
                                   piece("▁", 1) + piece("a", 1) + piece("<ud>", 4);
        const std::string bpe = std::string("\x12\x02\x18\x02", 4);
        const QTemporaryDir folder;
        const auto made = [&](const std::string& normalizer) {
            write(folder.filePath("tokenizer.model"),
                  pieces + bpe + "\x1a" + static_cast<char>(normalizer.size()) + normalizer);
            return Tokenizer::of_directory(folder.path().toStdString(), json::object(), 6);
        };
        const auto plain = made(std::string("\x20\x00", 2));
        QVERIFY(plain->encode(" a<ud>a  a") == (Ids{2, 4, 5, 4, 2, 4}));
        QVERIFY(plain->encode("<s>b", {true, true}) == (Ids{1, 0}));
        const auto joining = made(std::string("\x20\x01", 2));
        QVERIFY(joining->encode("  a  a ") == (Ids{3, 4, 3, 4}));
        QVERIFY(joining->encode("   ") == Ids{});
        const std::string error = error_of([&] { made("\x12\x01x"); });
        QVERIFY2(error.find("replaces characters") != std::string::npos, error.c_str());
    }

    void charactersInsideTokensNeedNotBeTokens() {
        // "xy" can be merged though neither letter is a token; alone, x is unknown.
        const auto tokenizer = Tokenizer::of_gguf(
            gguf({"<unk>", "<s>", "</s>", "▁", "xy"}, {0, 0, 0, -1, -2}, {2, 3, 3, 1, 1}));
        QVERIFY(tokenizer->encode("xyx") == (Ids{1, 3, 4, 0}));
    }

    void longWordsAndTextsAreEncoded() {
        const auto tokenizer = of(byte_level());
        const std::size_t count = 300'000;
        QCOMPARE(tokenizer->encode(std::string(count, 'a')).size(), count);
        std::string word;
        for (std::size_t i = 0; i < count; ++i) {
            word += "abc";
        }
        QVERIFY(tokenizer->encode(word) == Ids(count, 15));
        const auto pieces = of(marked());
        QCOMPARE(pieces->encode(std::string(count, ' ')).size(), count / 2 + 1);
        QCOMPARE(pieces->encode(word).size(), 2 * count + 1);  // "▁a", "b", one unknown, "ab", …
    }

    void encodingCanBeCancelled() {
        std::stop_source stop;
        stop.request_stop();
        const Progress progress(stop.get_token(), nullptr);
        const auto tokenizer = demo();
        const auto action = [&] { tokenizer->encode(std::string(1 << 20, 'a'), {}, progress); };
        QVERIFY_THROWS_EXCEPTION(Error, action());
    }

    /// Whatever takes long stops: matching a hostile pattern, looking for one that is nowhere,
    /// merging one long word.
    void longStretchesCanBeCancelled_data() {
        QTest::addColumn<QString>("regex");
        QTest::addColumn<QString>("rest");
        QTest::newRow("matching") << "x|(a|a|aa)*X" << QString(100'000, 'a');
        QTest::newRow("finding") << "x|bX" << QString(3'000'000, 'b');
        QTest::newRow("merging") << "x|a+" << QString(3'000'000, 'a');
    }
    void longStretchesCanBeCancelled() {
        QFETCH(QString, regex);
        QFETCH(QString, rest);
        json tokenizer = byte_level();
        tokenizer["model"]["vocab"]["x"] = 19;
        tokenizer["model"]["vocab"]["aa"] = 22;
        tokenizer["model"]["merges"].push_back("a a");
        tokenizer["pre_tokenizer"] = parse_json(R"({"type": "Sequence", "pretokenizers": [
            {"type": "Split", "pattern": {}, "behavior": "Isolated", "invert": false},
            {"type": "ByteLevel", "add_prefix_space": false, "use_regex": false}]})");
        tokenizer["pre_tokenizer"]["pretokenizers"][0]["pattern"]["Regex"] = regex.toStdString();
        std::stop_source stop;
        // Something is said after some thousand words; what follows is one word.
        const Progress progress(stop.get_token(),
                                [&](double, const Sentence&) { stop.request_stop(); });
        const std::string text = std::string(4096, 'x') + rest.toStdString();
        try {
            of(tokenizer)->encode(text, {}, progress);
            QFAIL("it went on");
        } catch (const Error& error) {
            QCOMPARE(error.code(), ErrorCode::cancelled);
        }
    }

    void oneTokenizerServesSeveralThreads() {
        const auto tokenizer = demo();
        const std::string text = read(QL_SOURCE_DIR "/resources/demo_model/calibration.txt");
        std::vector<Ids> results(3);
        std::vector<std::thread> threads;
        for (Ids& result : results) {
            threads.emplace_back([&] { result = tokenizer->encode(text); });
        }
        for (std::thread& thread : threads) {
            thread.join();
        }
        QVERIFY(results[0].size() == 16288 && results[0] == results[1] && results[1] == results[2]);
    }

    void brokenFilesSayWhatIsWrong_data() {
        addBrokenTokenizers();
        QTest::newRow("other splitting") << R"({"pre_tokenizer": {"type": "Whitespace"}})"
                                         << "unknown rule";
    }
    void brokenFilesSayWhatIsWrong() {
        QFETCH(QString, patch);
        QFETCH(QString, sentence);
        json tokenizer = byte_level();
        tokenizer.merge_patch(parse_json(patch.toStdString()));
        const std::string error = error_of([&] { of(tokenizer); });
        QVERIFY2(error.find(sentence.toStdString()) != std::string::npos, error.c_str());
        QVERIFY2(error.starts_with("tokenizer"), error.c_str());  // says what it is about
    }

    void regularExpressionsAreNotTrusted_data() {
        QTest::addColumn<QString>("regex");
        QTest::addColumn<QString>("sentence");
        QTest::newRow("exponential") << "(a|a|aa)*X"
                                     << "takes too long or too much memory";
        QTest::newRow("deep") << "(a?){1000000}(a*)*b"
                              << "";
        QTest::newRow("broken") << "(a"
                                << "not a regular expression";
        QTest::newRow("possessive") << "\\p{N}{1,3}+"
                                    << "with \"}+\"";
        QTest::newRow("word") << "\\w+"
                              << "with \"\\\\w\"";
        QTest::newRow("unended property") << "\\p{L"
                                          << "not a regular expression";
    }
    void regularExpressionsAreNotTrusted() {
        QFETCH(QString, regex);
        QFETCH(QString, sentence);
        json tokenizer = byte_level();
        tokenizer["pre_tokenizer"] = parse_json(R"({"type": "Sequence", "pretokenizers": [
            {"type": "Split", "pattern": {}, "behavior": "Isolated", "invert": false},
            {"type": "ByteLevel", "add_prefix_space": false, "use_regex": false}]})");
        tokenizer["pre_tokenizer"]["pretokenizers"][0]["pattern"]["Regex"] = regex.toStdString();
        const std::string error =
            error_of([&] { of(tokenizer)->encode(std::string(100'000, 'a')); });
        QVERIFY2(error != "no error", qPrintable(regex));
        QVERIFY2(error.find(sentence.toStdString()) != std::string::npos, error.c_str());
    }

    void brokenMetadataSaysWhatIsWrong_data() {
        QTest::addColumn<QString>("key");
        QTest::addColumn<QString>("sentence");
        QTest::addColumn<int>("number");
        const auto add = [](const char* key, const char* sentence, int number) {
            QTest::newRow(sentence) << QString(key) << QString(sentence) << number;
        };
        add("model", "The file has no tokenizer", 0);
        add("model", "of the kind \"bert\"", 1);
        add("pre", "does not say how its tokenizer splits", 2);
        add("pre", "the rule \"jais\", which is not known", 3);
        add("tokens", "has no vocabulary", 4);
        add("scores", "not one number for each of the 4 tokens", 5);
        add("scores", "is not a finite number", 6);
        add("scores", "have no scores", 7);
        add("token_type", "of the unknown type 9", 8);
        add("token_type", "should name a byte, but is \"aa\"", 9);
        add("bos_token_id", "4294967295, is not one of 4 tokens", 10);
        add("merges", "is not two tokens", 11);
        add("tokens", "have the same text", 12);
        add("tokens", "is not UTF-8 text", 13);
        add("tokens", "at most 1024 are allowed", 14);
    }
    void brokenMetadataSaysWhatIsWrong() {
        QFETCH(QString, key);
        QFETCH(QString, sentence);
        QFETCH(int, number);
        GgufMetadata keys = gguf({"<unk>", "▁", "a", "aa"}, {0, -1, -2, -3}, {2, 1, 1, 1});
        const auto set = [&](const char* name, const GgufValue& value) {
            keys.set(std::string("tokenizer.ggml.") + name, value);
        };
        const bool byte_level = key == "pre" || key == "merges";
        if (byte_level) {
            set("model", GgufValue::of_string("gpt2"));
            set("pre", GgufValue::of_string("gpt-2"));
        }
        const std::vector<std::string> texts = {"", "bert", "default", "jais"};
        if (number < 4) {
            set(key.toUtf8(), GgufValue::of_string(number == 0 ? "none" : texts[number]));
        }
        const std::vector<std::string> tokens =
            number == 4    ? std::vector<std::string>()
            : number == 12 ? std::vector<std::string>{"a", "b", "c", "a"}
            : number == 13 ? std::vector<std::string>{"a", "b", "c", "\xFF"}
                           : std::vector<std::string>{"a", "b", "c", std::string(2000, 'x')};
        const std::vector<std::function<void()>> breaks = {
            [&] { set("tokens", GgufValue::of_strings(tokens)); },
            [&] { set("scores", GgufValue::of_f32s(std::vector<float>{1})); },
            [&] {
                set("scores", GgufValue::of_f32s(std::vector<float>{0, 0, NAN, 0}));
            },
            [&] { keys.erase("tokenizer.ggml.scores"); },
            [&] {
                set("token_type", GgufValue::of_i32s(std::vector<std::int32_t>{2, 1, 1, 9}));
            },
            [&] {
                set("token_type", GgufValue::of_i32s(std::vector<std::int32_t>{2, 1, 1, 6}));
            },
            [&] { set("bos_token_id", GgufValue::of_u32(4294967295U)); },
            [&] { set("merges", GgufValue::of_strings(std::vector<std::string>{"aa"})); }};
        if (number >= 4) {
            breaks[number >= 12 ? 0 : static_cast<std::size_t>(number) - 4]();
        }
        const std::string error = error_of([&] { Tokenizer::of_gguf(keys); });
        QVERIFY2(error.find(sentence.toStdString()) != std::string::npos, error.c_str());
    }

    void mergesThatRepeatAreHarmless() {
        // Merges that lead back to the same tokens, and one for the same pair twice.
        json tokenizer = byte_level();
        for (int i = 0; i < 1000; ++i) {
            tokenizer["model"]["merges"].push_back(json::array({"a", "b"}));
        }
        QVERIFY(of(tokenizer)->encode("ab abc") == (Ids{13, 5, 15}));
    }

    void directoryWithoutTokenizerIsRefused() {
        const QTemporaryDir folder;
        const std::string path = folder.path().toStdString();
        const auto action = [&] { Tokenizer::of_directory(path, json::object(), 8); };
        QVERIFY(error_of(action).find("There is no tokenizer") != std::string::npos);
        write(folder.filePath("vocab.json"), "{}");
        QVERIFY(error_of(action).find("no tokenizer.json, which says") != std::string::npos);
    }

    void idsOutsideTheVocabularyAreRefused() {
        const auto tokenizer = of(byte_level());
        for (const std::int32_t id : {-1, 22, 2147483647}) {
            const std::string error = error_of([&] { tokenizer->decode(Ids{id}); });
            QVERIFY2(error.find("not in the vocabulary of 22") != std::string::npos, error.c_str());
        }
    }
};

QTEST_GUILESS_MAIN(TestTokenizer)
#include "test_tokenizer.moc"

#include <QFile>
#include <QTemporaryDir>
#include <QTest>

#include <nlohmann/json.hpp>

#include "core/files/json_file.h"
#include "core/model/tokenizer/tokenizer_metadata.h"
#include "tests/core/model/broken_tokenizers.h"

using namespace ql;
using nlohmann::json;

/// Tokenizer files to GGUF keys, and what is refused.
class TestTokenizerMetadata : public QObject {
    Q_OBJECT

    /// A byte-level tokenizer of five tokens with GPT-2's pre-tokenizer.
    static json byte_level() {
        return {
            {"added_tokens", json::array({{{"id", 4}, {"content", "<end>"}, {"special", true}}})},
            {"normalizer", nullptr},
            {"pre_tokenizer",
             {{"type", "ByteLevel"}, {"add_prefix_space", false}, {"use_regex", true}}},
            {"model",
             {{"type", "BPE"},
              {"vocab", {{"a", 0}, {"b", 1}, {"c", 2}, {"ab", 3}}},
              {"merges", json::array({json::array({"a", "b"})})}}}};
    }

    static json split(const std::string& regex, bool ignore_merges) {
        json tokenizer = byte_level();
        tokenizer["pre_tokenizer"] = parse_json(R"({"type": "Sequence", "pretokenizers": [
            {"type": "Split", "pattern": {}, "behavior": "Isolated", "invert": false},
            {"type": "ByteLevel", "add_prefix_space": false, "use_regex": false}]})");
        tokenizer["pre_tokenizer"]["pretokenizers"][0]["pattern"]["Regex"] = regex;
        tokenizer["model"]["ignore_merges"] = ignore_merges;
        return tokenizer;
    }

    static void write(const QTemporaryDir& folder, const char* name, const std::string& text) {
        QFile file(folder.filePath(name));
        QVERIFY(file.open(QIODevice::WriteOnly));
        file.write(text.data(), static_cast<qint64>(text.size()));
    }

    static TokenizerMetadata read(const QTemporaryDir& folder, std::uint64_t rows,
                                  const json& config = json::object()) {
        return tokenizer_metadata(folder.path().toStdString(), config, rows);
    }

    static std::string error_of(const json& tokenizer, std::uint64_t rows = 8) {
        const QTemporaryDir folder;
        write(folder, "tokenizer.json", tokenizer.dump());
        try {
            read(folder, rows);
        } catch (const Error& error) {
            return error.what();
        }
        return "no error";
    }

  private slots:
    void byteLevelIsReadAndPadded() {
        const QTemporaryDir folder;
        write(folder, "tokenizer.json", byte_level().dump());
        write(folder, "tokenizer_config.json",
              R"({"eos_token": {"content": "<end>"}, "add_bos_token": true,
                  "chat_template": "{{ x }}"})");
        const GgufMetadata keys = read(folder, 7, json::object({{"bos_token_id", 4U}})).keys;
        QCOMPARE(keys.string("tokenizer.ggml.model").value(), std::string("gpt2"));
        QCOMPARE(keys.string("tokenizer.ggml.pre").value(), std::string("gpt-2"));
        const std::vector<std::string> tokens = {"a", "b", "c", "ab", "<end>", "[PAD5]", "[PAD6]"};
        QVERIFY(keys.find("tokenizer.ggml.tokens")->as_strings().value() == tokens);
        const std::vector<double> types = {1, 1, 1, 1, 3, 5, 5};
        QVERIFY(keys.find("tokenizer.ggml.token_type")->as_numbers().value() == types);
        QVERIFY(keys.find("tokenizer.ggml.merges")->as_strings().value() ==
                std::vector<std::string>{"a b"});
        QCOMPARE(keys.uint("tokenizer.ggml.eos_token_id").value(), std::uint64_t{4});
        QCOMPARE(keys.uint("tokenizer.ggml.bos_token_id").value(), std::uint64_t{4});
        QVERIFY(keys.find("tokenizer.ggml.add_bos_token")->as_bool().value());
        QVERIFY(!keys.find("tokenizer.ggml.add_eos_token")->as_bool().value());
        QCOMPARE(keys.string("tokenizer.chat_template").value(), std::string("{{ x }}"));
    }

    void mergesAsTextsGiveTheSame() {
        json tokenizer = byte_level();
        tokenizer["model"]["merges"] = json::array({"a b"});
        const QTemporaryDir folder;
        write(folder, "tokenizer.json", tokenizer.dump());
        QVERIFY(read(folder, 5).keys.find("tokenizer.ggml.merges")->as_strings().value() ==
                std::vector<std::string>{"a b"});
    }

    void preTokenizersAreRecognized_data() {
        QTest::addColumn<QString>("regex");
        QTest::addColumn<bool>("ignore_merges");
        QTest::addColumn<QString>("id");
        const QString words = "(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|";
        const QString rest = "| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+";
        QTest::newRow("llama 3") << words + "\\p{N}{1,3}" + rest << true << "llama-bpe";
        QTest::newRow("the same with merges") << words + "\\p{N}{1,3}" + rest << false << "dbrx";
        QTest::newRow("qwen2") << words + "\\p{N}" + rest << false << "qwen2";
        QTest::newRow("unknown") << words + "\\p{N}{1,2}" + rest << false << "";
        QTest::newRow("qwen2 without merges") << words + "\\p{N}" + rest << true << "";
    }
    void preTokenizersAreRecognized() {
        QFETCH(QString, regex);
        QFETCH(bool, ignore_merges);
        QFETCH(QString, id);
        const json tokenizer = split(regex.toStdString(), ignore_merges);
        if (id.isEmpty()) {
            const std::string error = error_of(tokenizer);
            QVERIFY2(error.find("not known to have") != std::string::npos, error.c_str());
            return;
        }
        const QTemporaryDir folder;
        write(folder, "tokenizer.json", tokenizer.dump());
        QCOMPARE(read(folder, 8).keys.string("tokenizer.ggml.pre").value(), id.toStdString());
    }

    void brokenFilesSayWhatIsWrong_data() {
        addBrokenTokenizers();
        QTest::newRow("other splitting") << R"({"pre_tokenizer": {"type": "Whitespace"}})"
                                         << "neither byte-level";
    }
    void brokenFilesSayWhatIsWrong() {
        QFETCH(QString, patch);
        QFETCH(QString, sentence);
        json tokenizer = byte_level();
        tokenizer.merge_patch(parse_json(patch.toStdString()));
        const std::string error = error_of(tokenizer);
        QVERIFY2(error.find(sentence.toStdString()) != std::string::npos, error.c_str());
    }

    void holesAreFilled() {
        json tokenizer = byte_level();
        tokenizer["added_tokens"][0]["id"] = 6;
        const QTemporaryDir folder;
        write(folder, "tokenizer.json", tokenizer.dump());
        const auto tokens =
            read(folder, 7).keys.find("tokenizer.ggml.tokens")->as_strings().value();
        QCOMPARE(tokens[4], std::string("[PAD4]"));
        QCOMPARE(tokens[6], std::string("<end>"));
    }

    void addedTokensBeyondTheEmbeddingAreLeftOut() {
        const QTemporaryDir folder;
        write(folder, "tokenizer.json", byte_level().dump());
        const TokenizerMetadata result = read(folder, 4);
        QCOMPARE(result.keys.find("tokenizer.ggml.tokens")->count(), std::uint64_t{4});
        QCOMPARE(result.notes.size(), std::size_t{1});
    }

    void sentencePieceIsRead() {
        // Pieces (text, score, type), then the trainer (BPE) and a normalizer that adds no space.
        const auto piece = [](const std::string& text, char type) {
            std::string body = "\x0a" + std::string(1, static_cast<char>(text.size())) + text;
            body += std::string("\x15\0\0\x80\xbf", 5);  // score -1
            body += std::string("\x18") + type;
            return "\x0a" + std::string(1, static_cast<char>(body.size())) + body;
        };
        std::string model =
            piece("<unk>", 2) + piece("<s>", 3) + piece("<0x0A>", 6) + piece("a", 1);
        model += std::string("\x12\x02\x18\x02", 4);
        model += std::string("\x1a\x04\x18\x00\x20\x00", 6);
        const QTemporaryDir folder;
        write(folder, "tokenizer.model", model);
        const TokenizerMetadata result = read(folder, 5, json::object({{"bos_token_id", 1U}}));
        QCOMPARE(result.keys.string("tokenizer.ggml.model").value(), std::string("llama"));
        const std::vector<double> types = {2, 3, 6, 1, 5};
        QVERIFY(result.keys.find("tokenizer.ggml.token_type")->as_numbers().value() == types);
        QCOMPARE(result.keys.find("tokenizer.ggml.scores")->as_numbers().value()[3], -1.0);
        QVERIFY(!result.keys.find("tokenizer.ggml.add_space_prefix")->as_bool().value());
        QVERIFY(result.keys.find("tokenizer.ggml.add_bos_token")->as_bool().value());
        QVERIFY(result.notes.empty());

        // Cut anywhere, or of the unigram type, it is refused.
        for (std::size_t length = 0; length < model.size(); ++length) {
            write(folder, "tokenizer.model", model.substr(0, length));
            try {
                read(folder, 5);
            } catch (const Error&) {
                continue;
            }
            // Only a cut between two fields after the trainer leaves a whole message.
            QCOMPARE(length, model.size() - 6);
        }
    }

    void directoryWithoutTokenizer() {
        const TokenizerMetadata result = read(QTemporaryDir(), 5);
        QCOMPARE(result.keys.string("tokenizer.ggml.model").value(), std::string("none"));
        QCOMPARE(result.notes.size(), std::size_t{1});
    }
};

QTEST_GUILESS_MAIN(TestTokenizerMetadata)
#include "test_tokenizer_metadata.moc"

#include <QFile>
#include <QTemporaryDir>
#include <QTest>
#include <optional>

#include <nlohmann/json.hpp>

#include "core/files/json_file.h"
#include "core/model/tokenizer.h"
#include "core/model/tokenizer/tokenizer_metadata.h"

using namespace ql;
using nlohmann::json;

using Ids = std::vector<std::int32_t>;

namespace {

std::string read(const QString& path) {
    QFile file(path);
    return file.open(QIODevice::ReadOnly) ? file.readAll().toStdString() : std::string();
}

bool is_run_of_spaces(const std::string& text) {
    const QString characters = QString::fromStdString(text);
    return characters.size() > 1 && characters.count(QChar(0x2581)) == characters.size();
}

/// The tokenizer keys of a vocabulary file whose bytes went through a conversion of text: all that
/// was no UTF-8 stands as U+FFFD. Texts, types and merges are whole; counts, long lengths and
/// scores are not. A string of lost length ends where seven zero bytes follow the first byte of the
/// next length.
class DamagedVocabulary {
  public:
    explicit DamagedVocabulary(const QString& path) : bytes_(read(path)) {}

    GgufMetadata keys() const {
        GgufMetadata keys;
        const std::vector<std::string> tokens = strings("tokenizer.ggml.tokens");
        const std::vector<std::int32_t> types = types_of(tokens.size());
        keys.set("tokenizer.ggml.tokens", GgufValue::of_strings(tokens));
        keys.set("tokenizer.ggml.token_type", GgufValue::of_i32s(types));
        if (find("tokenizer.ggml.merges") == std::string::npos) {
            // Llama's scores fall by one from token to token, behind 259 that have none; those of
            // several spaces come last.
            std::vector<float> scores;
            for (std::size_t id = 0; id < tokens.size(); ++id) {
                const float score = types[id] == 1 ? 259.0F - static_cast<float>(id) : 0.0F;
                scores.push_back(is_run_of_spaces(tokens[id]) ? -1e9F : score);
            }
            keys.set("tokenizer.ggml.model", GgufValue::of_string("llama"));
            keys.set("tokenizer.ggml.scores", GgufValue::of_f32s(scores));
        } else {
            keys.set("tokenizer.ggml.model", GgufValue::of_string("gpt2"));
            keys.set("tokenizer.ggml.pre", GgufValue::of_string("gpt-2"));
            keys.set("tokenizer.ggml.merges",
                     GgufValue::of_strings(strings("tokenizer.ggml.merges")));
        }
        return keys;
    }

  private:
    std::size_t find(const std::string& key) const { return bytes_.find(key); }

    /// Behind a byte of the original.
    std::size_t skip(std::size_t at) const {
        return at + (bytes_.compare(at, 3, "\uFFFD") == 0 ? 3 : 1);
    }

    /// Behind the element type and the count of the array of that key.
    std::size_t elements(const std::string& key) const {
        std::size_t at = find(key) + key.size() + 8;
        for (int i = 0; i < 8; ++i) {
            at = skip(at);
        }
        return at;
    }

    /// Reads a length and moves behind it; nothing if a byte of it is lost.
    std::optional<std::size_t> length(std::size_t& at) const {
        std::optional<std::size_t> value = 0;
        for (unsigned i = 0; i < 8; ++i) {
            const std::size_t byte = static_cast<unsigned char>(bytes_[at]);
            value = value && byte < 0x80 ? std::optional(*value | byte << 8 * i) : std::nullopt;
            at = skip(at);
        }
        return value;
    }

    /// The end of the string at `at`, from the length of the next one.
    std::size_t end_before_length(std::size_t at) const {
        const std::size_t end = bytes_.find(std::string(7, '\0'), at) - 1;
        return end - (bytes_.compare(end - 2, 3, "\uFFFD") == 0 ? 2 : 0);
    }

    std::vector<std::string> strings(const std::string& key) const {
        std::vector<std::string> found;
        for (std::size_t at = elements(key); at < bytes_.size();) {
            const auto known = length(at);
            const std::size_t end = known ? at + *known : end_before_length(at);
            std::string text = bytes_.substr(at, end - at);
            at = end;
            if (text.starts_with("tokenizer.ggml.")) {
                break;
            }
            found.push_back(std::move(text));
        }
        return found;
    }

    std::vector<std::int32_t> types_of(std::size_t count) const {
        std::vector<std::int32_t> types;
        std::size_t at = elements("tokenizer.ggml.token_type");
        for (std::size_t i = 0; i < count; ++i, at += 4) {
            types.push_back(bytes_[at]);
        }
        return types;
    }

    std::string bytes_;
};

}  // namespace

/// Real vocabularies with the ids that llama.cpp and Hugging Face give for them.
class TestTokenizerShared : public QObject {
    Q_OBJECT

    static QString shared(const QString& name) { return QStringLiteral(QL_SHARED_DIR "/") + name; }

    static std::shared_ptr<const Tokenizer> of_directory(const QString& name) {
        const json config = json::object();
        return Tokenizer::of_directory(shared(name).toStdString(), config, 200'000);
    }

    /// The 47 texts of a vocabulary, each with its ids.
    static void compare(const Tokenizer& tokenizer, const QString& name) {
        const QString file = shared("tokenizers/ggml-vocab-" + name + ".gguf");
        const QStringList texts = QString::fromStdString(read(file + ".inp"))
                                      .split(QStringLiteral("\n__ggml_vocab_test__\n"));
        const QStringList lines = QString::fromStdString(read(file + ".out")).split('\n');
        QCOMPARE(texts.size(), 47);
        for (int i = 0; i < texts.size(); ++i) {
            Ids expected;
            for (const QString& number : lines[i].split(' ', Qt::SkipEmptyParts)) {
                expected.push_back(number.toInt());
            }
            const Ids ids = tokenizer.encode(texts[i].toStdString(), {false, false});
            QVERIFY2(ids == expected, qPrintable(texts[i]));
            QCOMPARE(QString::fromStdString(tokenizer.decode(ids)), texts[i]);
        }
    }

  private slots:
    void init() {
        if (!QFile::exists(shared("tokenizers"))) {
            QSKIP("The shared folder with other people's vocabularies is not here.");
        }
    }

    void llamaCppVocabularies_data() {
        QTest::addColumn<QString>("name");
        for (const char* name : {"gpt-2", "llama-spm", "phi-3"}) {
            QTest::newRow(name) << name;
        }
    }
    void llamaCppVocabularies() {
        QFETCH(QString, name);
        const DamagedVocabulary file(shared("tokenizers/ggml-vocab-" + name + ".gguf"));
        compare(*Tokenizer::of_gguf(file.keys()), name);
    }

    void huggingFaceVocabularies_data() {
        QTest::addColumn<QString>("folder");
        QTest::addColumn<QString>("name");
        QTest::newRow("llama 3") << "llama-3"
                                 << "llama-bpe";
        QTest::newRow("qwen 3") << "qwen3"
                                << "qwen2";
    }
    void huggingFaceVocabularies() {
        QFETCH(QString, folder);
        QFETCH(QString, name);
        const QString path = "tokenizers/" + folder;
        compare(*of_directory(path), name);
        const GgufMetadata keys =
            tokenizer_metadata(shared(path).toStdString(), json::object(), 152'000).keys;
        compare(*Tokenizer::of_gguf(keys), name);
    }

    void smallModels_data() {
        QTest::addColumn<QString>("file");
        QTest::addColumn<QString>("golden");
        QTest::newRow("babyllama") << "models/babyllama-105"
                                   << "models/babyllama-105";
        QTest::newRow("stories") << "models/stories260k"
                                 << "models/stories260k";
        QTest::newRow("stories, GGUF") << "models/stories260k/stories260k-f16.gguf"
                                       << "models/stories260k";
    }
    void smallModels() {
        QFETCH(QString, file);
        QFETCH(QString, golden);
        const auto tokenizer = Tokenizer::of(*Model::open(shared(file).toStdString()));
        QVERIFY(tokenizer->adds_bos() && tokenizer->bos() == 1);
        const json expected = parse_json(read(shared(golden + "/golden.json")));
        QVERIFY(!expected["tokenizer_cases"].empty());
        for (const json& entry : expected["tokenizer_cases"]) {
            const std::string text = entry["text"];
            QVERIFY2(tokenizer->encode(text) == entry["ids"].get<Ids>(), text.c_str());
        }
        const Ids greedy = expected["greedy_32_ids"];
        Ids whole = expected["prompt_ids"];
        whole.insert(whole.end(), greedy.begin(), greedy.end());
        QCOMPARE(tokenizer->decode(whole), "<s>" + expected["greedy_text"].get<std::string>());
    }

    /// A tokenizer.model without the tokenizer.json beside it.
    void sentencePieceModels() {
        const QTemporaryDir folder;
        QVERIFY(QFile::copy(shared("models/stories260k/tokenizer.model"),
                            folder.filePath("tokenizer.model")));
        const json config = {{"bos_token_id", 1U}, {"eos_token_id", 2U}};
        const auto tokenizer = Tokenizer::of_directory(folder.path().toStdString(), config, 512);
        const json expected = parse_json(read(shared("models/stories260k/golden.json")));
        for (const json& entry : expected["tokenizer_cases"]) {
            const std::string text = entry["text"];
            QVERIFY2(tokenizer->encode(text) == entry["ids"].get<Ids>(), text.c_str());
        }
    }

    void demoModelCountsTheTokensOfTheHeldOutText() {
        const auto tokenizer = Tokenizer::of(*Model::open(QL_SOURCE_DIR "/resources/demo_model"));
        QCOMPARE(tokenizer->encode(read(shared("demo_model/heldout.txt"))).size(),
                 std::size_t{56139});
    }
};

QTEST_GUILESS_MAIN(TestTokenizerShared)
#include "test_tokenizer_shared.moc"

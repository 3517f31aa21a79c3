#include <QTest>
#include <cmath>

#include "core/model/tokenizer.h"
#include "core/run/evaluation.h"
#include "core/run/plan_weights.h"
#include "tests/core/model/text_windows.h"

using namespace ql;

namespace {

const std::string kTiny = QL_TEST_DATA "/golden/gguf/tiny/";

/// The weights-only figures of stats.tsv: quantized weights, float activations.
struct Expected {
    double perplexity = 0;
    double mean_kl = 0;
    double p99_9 = 0;
    double same_top = 0;  ///< percent
};

std::map<QString, Expected> readExpected() {
    QFile file(QString::fromStdString(kTiny + "stats.tsv"));
    if (!file.open(QIODevice::ReadOnly)) {
        return {};
    }
    const QStringList heading = QString::fromUtf8(file.readLine()).trimmed().split('\t');
    std::map<QString, Expected> all;
    while (!file.atEnd()) {
        const QStringList row = QString::fromUtf8(file.readLine()).trimmed().split('\t');
        const auto value = [&](const char* column) {
            return row[heading.indexOf(QLatin1String(column))].toDouble();
        };
        all[row[0]] = {value("wo_ppl"), value("wo_mean_kld"), value("wo_kld_99.9"),
                       value("wo_same_top_pct")};
    }
    return all;
}

/// "tiny-Q4_K_M-im" -> the plan that makes the file.
Plan planOf(const QString& file) {
    if (file == "tiny-llama-f16") {
        return {};
    }
    const QString recipe = file.section('-', 1, 1);
    return parse_plan(
        ("recipe:" + recipe + (file.endsWith("-im") ? "+imatrix" : "")).toStdString());
}

}  // namespace

/// Perplexity and divergence of a model's quantized versions, as llama-perplexity measured them.
class TestLlamaPerplexity : public QObject {
    Q_OBJECT

  private slots:
    void figuresAreThoseOfLlamaCpp() {
        const auto expected = readExpected();
        QCOMPARE(expected.size(), std::size_t{14});
        const auto model = Model::open(kTiny + "tiny-llama-f16.gguf");
        const auto importance =
            std::make_shared<const ImportanceMatrix>(read_imatrix(kTiny + "tiny.imatrix.gguf"));
        std::vector<EvaluatedModel> models = {{"base", std::make_shared<StoredWeights>(model)}};
        for (const auto& [file, figures] : expected) {
            models.push_back({file.toStdString(),
                              std::make_shared<PlanWeights>(model, planOf(file), importance)});
        }
        const EvaluationText text =
            EvaluationText::cut(textTokens(*model, kTiny + "text.txt"), Protocol::llama_cpp, 128,
                                Tokenizer::of(*model)->bos(), 12);
        const auto results = evaluate(Decoder(model), models, text);
        for (std::size_t m = 1; m < results.size(); ++m) {
            const Expected& wanted = expected.at(QString::fromStdString(results[m].label));
            const Divergence& d = *results[m].divergence;
            const QString shown = QString("%1: perplexity %2, KL %3, %4, same top %5")
                                      .arg(results[m].label.c_str())
                                      .arg(results[m].perplexity.value)
                                      .arg(d.mean_kl.value)
                                      .arg(d.kl.p99_9)
                                      .arg(100 * d.same_top.value);
            QCOMPARE(results[m].tokens, std::int64_t{756});
            QVERIFY2(std::fabs(results[m].perplexity.value / wanted.perplexity - 1) < 1e-3,
                     qPrintable(shown));
            // The stored distributions have 16 bits: noise of about 1e-6.
            QVERIFY2(
                std::fabs(d.mean_kl.value - wanted.mean_kl) < std::max(3e-6, 0.01 * wanted.mean_kl),
                qPrintable(shown));
            QVERIFY2(std::fabs(d.kl.p99_9 - wanted.p99_9) < std::max(1e-5, 0.02 * wanted.p99_9),
                     qPrintable(shown));
            QVERIFY2(std::fabs(100 * d.same_top.value - wanted.same_top) < 0.5, qPrintable(shown));
        }
    }
};

QTEST_APPLESS_MAIN(TestLlamaPerplexity)
#include "test_llama_perplexity.moc"

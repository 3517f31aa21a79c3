#include <QFile>
#include <QTest>
#include <map>

#include "core/schemes/recipes.h"

using namespace ql;

namespace {

/// One model of recipes.tsv: the tensors in file order and what each recipe makes of them.
struct Reference {
    std::vector<std::string> names;
    std::vector<PlanTarget> targets;
    std::map<std::string, std::vector<std::string>> types;  ///< by recipe; in lower case
};

std::map<std::string, Reference> read_references() {
    QFile file(QL_TEST_DATA "/golden/gguf/recipes.tsv");
    if (!file.open(QIODevice::ReadOnly)) {
        return {};
    }
    file.readLine();
    std::map<std::string, Reference> all;
    std::map<std::string, std::string> first_recipe;
    while (!file.atEnd()) {
        const QStringList row = QString::fromUtf8(file.readLine()).trimmed().split('\t');
        const std::string model = row[0].toStdString();
        const std::string recipe = row[1].toStdString();
        Reference& reference = all[model];
        reference.types[recipe].push_back(row[6].toLower().toStdString());
        if (first_recipe.emplace(model, recipe).first->second == recipe) {
            reference.names.push_back(row[2].toStdString());
            PlanTarget target;
            target.cols = row[3].toLongLong();
            target.rows = row[4].toLongLong();
            target.matrix = target.rows > 1;
            target.stored = row[5] == "f32" ? DType::f32 : DType::f16;
            reference.targets.push_back(target);
        }
    }
    for (auto& [model, reference] : all) {
        for (std::size_t t = 0; t < reference.names.size(); ++t) {
            reference.targets[t].gguf_name = reference.names[t];
        }
    }
    return all;
}

PlanModel model_of(const std::string& name) {
    PlanModel model;
    model.architecture = "llama";
    model.blocks = name == "A" ? 12 : 16;
    model.heads = name == "A" ? 12 : 32;
    model.kv_heads = name == "A" ? 12 : 8;
    model.tied = name == "A";
    return model;
}

/// The matrices of a model with `blocks` equal blocks, rows of `cols` values.
class Blocks {
  public:
    explicit Blocks(int blocks, std::int64_t cols = 256) {
        std::vector<std::string> names = {"token_embd.weight", "output.weight"};
        for (int block = 0; block < blocks; ++block) {
            for (const char* part : {"attn_q", "attn_k", "attn_v", "attn_output", "ffn_down"}) {
                names.push_back(fmt::format("blk.{}.{}.weight", block, part));
            }
        }
        names_ = std::move(names);
        for (const std::string& name : names_) {
            PlanTarget target;
            target.gguf_name = name;
            target.matrix = true;
            target.rows = 64;
            target.cols = cols;
            targets_.push_back(target);
        }
        model_.architecture = "llama";
        model_.blocks = blocks;
        model_.heads = 8;
        model_.kv_heads = 8;
    }

    PlanModel& model() { return model_; }

    /// The blocks in which the recipe gives a part the type.
    std::vector<int> having(const char* recipe, const char* part, DType dtype,
                            bool importance = false) const {
        const auto dtypes = recipe_dtypes(*find_recipe(recipe), model_, targets_, importance);
        std::vector<int> found;
        for (int block = 0; block < model_.blocks; ++block) {
            if (dtypes[index(fmt::format("blk.{}.{}.weight", block, part))] == dtype) {
                found.push_back(block);
            }
        }
        return found;
    }

    DType of(const char* recipe, const char* name) const {
        return *recipe_dtypes(*find_recipe(recipe), model_, targets_, false)[index(name)];
    }

  private:
    std::size_t index(const std::string& name) const {
        return static_cast<std::size_t>(std::find(names_.begin(), names_.end(), name) -
                                        names_.begin());
    }

    std::vector<std::string> names_;
    std::vector<PlanTarget> targets_;
    PlanModel model_;
};

using Numbers = std::vector<int>;

}  // namespace

/// What llama-quantize decides, tensor by tensor.
class TestRecipes : public QObject {
    Q_OBJECT

  private slots:
    void typesAreThoseOfTheReference_data() {
        QTest::addColumn<QString>("model");
        QTest::addColumn<QString>("recipe");
        const auto references = read_references();
        QCOMPARE(references.size(), std::size_t{2});
        for (const auto& [model, reference] : references) {
            QCOMPARE(reference.types.size(), std::size_t{17});
            for (const auto& [recipe, types] : reference.types) {
                QTest::newRow((model + " " + recipe).c_str())
                    << QString::fromStdString(model) << QString::fromStdString(recipe);
            }
        }
    }
    void typesAreThoseOfTheReference() {
        QFETCH(QString, model);
        QFETCH(QString, recipe);
        const auto references = read_references();
        const Reference& reference = references.at(model.toStdString());
        const auto& expected = reference.types.at(recipe.toStdString());
        QCOMPARE(expected.size(), reference.targets.size());
        QCOMPARE(expected.size(), std::size_t{model == "A" ? 110U : 147U});
        const auto dtypes = recipe_dtypes(*find_recipe(recipe.toStdString()),
                                          model_of(model.toStdString()), reference.targets, false);
        // The whole plan, with rows that do not fit and the rest looked at.
        const auto entries = Plan{Recipe{recipe.toStdString()}, {}}.resolve(
            model_of(model.toStdString()), reference.targets);
        for (std::size_t t = 0; t < expected.size(); ++t) {
            const DType stored = reference.targets[t].stored;
            const DType dtype = dtypes[t].value_or(stored);
            QVERIFY2(QString::fromStdString(std::string(name(dtype))).toLower().toStdString() ==
                         expected[t],
                     reference.names[t].c_str());
            const DType planned =
                entries[t].scheme ? std::get<StorageGrid>(entries[t].scheme->grid).dtype : stored;
            QCOMPARE(planned, dtype);
        }
    }

    void moreBitsGoToTheEndsAndEveryThirdBetween() {
        const Numbers expected = {0, 1, 2, 3, 6, 9, 12, 15, 18, 21, 24, 27, 28, 29, 30, 31};
        QCOMPARE(Blocks(32).having("Q4_K_M", "attn_v", DType::q6_k), expected);
        QCOMPARE(Blocks(32).having("Q5_K_M", "ffn_down", DType::q6_k), expected);
        QCOMPARE(Blocks(16).having("Q4_K_M", "ffn_down", DType::q6_k),
                 (Numbers{0, 1, 4, 7, 10, 13, 14, 15}));
    }

    void firstBlocksAreCounted() {
        QCOMPARE(Blocks(32).having("Q4_K_S", "attn_v", DType::q5_k), (Numbers{0, 1, 2, 3}));
        QCOMPARE(Blocks(32).having("Q4_K_S", "ffn_down", DType::q5_k), (Numbers{0, 1, 2, 3}));
        QCOMPARE(Blocks(32).having("Q3_K_M", "ffn_down", DType::q5_k), (Numbers{0, 1}));
        QCOMPARE(Blocks(32).having("Q3_K_M", "attn_v", DType::q5_k), (Numbers{0, 1}));
        // By number, not by text: block 10 does not come before block 2.
        QCOMPARE(Blocks(16).having("Q3_K_M", "attn_v", DType::q5_k), (Numbers{0, 1}));
    }

    // As llama-quantize with --tensor-type: where a rule decides for the first blocks, the next are
    // the first that the recipe sees.
    void tensorsThatRulesDecideAreNotCounted() {
        std::vector<std::string> names;
        for (int block = 0; block < 6; ++block) {
            names.push_back(fmt::format("blk.{}.ffn_down.weight", block));
        }
        std::vector<PlanTarget> targets;
        for (const std::string& name : names) {
            PlanTarget target;
            target.gguf_name = name;
            target.matrix = true;
            target.cols = 256;
            targets.push_back(target);
        }
        PlanModel model;
        model.blocks = 6;
        const auto types = [&](const char* plan) {
            std::string text;
            for (const PlanEntry& entry : parse_plan(plan).resolve(model, targets)) {
                text += (text.empty() ? "" : " ") + format(*entry.scheme);
            }
            return text;
        };
        QCOMPARE(types("q4_k_m"), std::string("q4_k q4_k q6_k q4_k q4_k q6_k"));
        QCOMPARE(types("q4_k_m; /blk.[01]./=q8_0"), std::string("q8_0 q8_0 q4_k q4_k q6_k q4_k"));
    }

    void importanceChangesSomeExceptions() {
        const Blocks blocks(32);
        const Numbers early = {0, 1, 2, 3};
        QCOMPARE(blocks.having("Q4_0", "ffn_down", DType::q4_1, false), Numbers());
        QCOMPARE(blocks.having("Q4_0", "ffn_down", DType::q4_1, true), early);
        QCOMPARE(blocks.having("Q5_0", "ffn_down", DType::q5_1, true), early);
        QCOMPARE(blocks.having("IQ4_XS", "ffn_down", DType::q5_k, false), early);
        QCOMPARE(blocks.having("IQ4_XS", "ffn_down", DType::q5_k, true), Numbers());
        QCOMPARE(blocks.having("IQ4_NL", "ffn_down", DType::q5_k, false), early);
    }

    void sharedKeysAndValuesGetBetterValues() {
        Blocks blocks(8);
        QCOMPARE(blocks.of("Q2_K", "blk.7.attn_v.weight"), DType::q3_k);
        QCOMPARE(blocks.of("Q2_K_S", "blk.7.attn_v.weight"), DType::q2_k);
        QCOMPARE(blocks.of("IQ4_XS", "blk.7.attn_v.weight"), DType::iq4_xs);
        blocks.model().kv_heads = 2;
        QCOMPARE(blocks.of("Q2_K", "blk.7.attn_v.weight"), DType::q4_k);
        QCOMPARE(blocks.of("Q2_K_S", "blk.7.attn_v.weight"), DType::q4_k);
        QCOMPARE(blocks.of("IQ4_XS", "blk.7.attn_v.weight"), DType::q5_k);
        blocks.model().kv_heads = 0;  // not known
        QCOMPARE(blocks.of("Q2_K", "blk.7.attn_v.weight"), DType::q3_k);
    }

    void modelsOf80BlocksAndEightExpertsAreLifted() {
        Blocks large(80);  // LLaMA-65B, whose heads have keys of their own
        QCOMPARE(large.of("Q4_K_S", "blk.40.attn_v.weight"), DType::q4_k);
        large.model().kv_heads = 4;
        QCOMPARE(large.of("Q4_K_S", "blk.40.attn_v.weight"), DType::q5_k);
        QCOMPARE(large.of("Q3_K_S", "blk.40.attn_v.weight"), DType::q5_k);
        large.model().architecture = "qwen2";
        QCOMPARE(large.of("Q4_K_S", "blk.40.attn_v.weight"), DType::q5_k);
        large.model().architecture = "gemma3";
        QCOMPARE(large.of("Q4_K_S", "blk.40.attn_v.weight"), DType::q4_k);
        Blocks experts(8);
        experts.model().experts = 8;
        QCOMPARE(experts.of("Q4_K_M", "blk.5.attn_v.weight"), DType::q8_0);
        QCOMPARE(experts.of("Q4_K_M", "blk.5.attn_k.weight"), DType::q8_0);
        QCOMPARE(experts.of("Q4_K_M", "blk.5.attn_output.weight"), DType::q5_k);
        QCOMPARE(experts.of("Q6_K", "blk.5.attn_output.weight"), DType::q6_k);
    }

    void outputIsTheEmbeddingWhereTheyAreTied() {
        Blocks blocks(4);
        QCOMPARE(blocks.of("Q4_K_M", "output.weight"), DType::q6_k);
        QCOMPARE(blocks.of("Q4_K_M", "token_embd.weight"), DType::q4_k);
        QCOMPARE(blocks.of("Q8_0", "output.weight"), DType::q8_0);
        blocks.model().tied = true;
        QCOMPARE(blocks.of("Q4_K_M", "token_embd.weight"), DType::q6_k);
        // Rows of 96 are no whole blocks of 256.
        QCOMPARE(Blocks(4, 96).of("Q4_K_M", "output.weight"), DType::q8_0);
        QCOMPARE(Blocks(4, 96).of("Q4_0", "output.weight"), DType::q6_k);
    }

    void embeddingStaysUsableWhereBlocksAreTernary() {
        for (const char* recipe : {"TQ1_0", "TQ2_0", "Q2_0"}) {
            QCOMPARE(Blocks(4).of(recipe, "token_embd.weight"), DType::q4_k);
            QCOMPARE(Blocks(4).of(recipe, "output.weight"), DType::q6_k);
            QCOMPARE(Blocks(4).of(recipe, "blk.0.ffn_down.weight"), find_recipe(recipe)->base);
        }
        QCOMPARE(Blocks(4).of("Q1_0", "token_embd.weight"), DType::q1_0);
    }

    void whatIsNotQuantizedAtAll() {
        const std::vector<std::string> names = {
            "blk.0.attn_norm.weight", "blk.0.ffn_gate_inp.weight", "blk.0.attn_q.bias",
            "position_embd.weight",   "blk.0.ssm_conv1d.weight",   "blk.0.attn_q.weight"};
        std::vector<PlanTarget> targets;
        for (const std::string& name : names) {
            PlanTarget target;
            target.name = name;
            target.matrix = true;
            target.cols = 256;
            targets.push_back(target);
        }
        const auto dtypes = recipe_dtypes(*find_recipe("Q4_K_M"), {}, targets, false);
        for (std::size_t t = 0; t < names.size(); ++t) {
            QVERIFY2(dtypes[t].has_value() == (names[t] == "blk.0.attn_q.weight"),
                     names[t].c_str());
        }
        targets.back().matrix = false;
        QVERIFY(!recipe_dtypes(*find_recipe("Q4_K_M"), {}, targets, false).back());
    }

    void rowsThatDoNotFitTakeBlocksOf32() {
        using Pair = std::pair<DType, DType>;
        for (const auto& [dtype, smaller] :
             {Pair{DType::q2_k, DType::q4_0}, Pair{DType::q3_k, DType::q4_0},
              Pair{DType::q4_k, DType::q5_0}, Pair{DType::q5_k, DType::q5_1},
              Pair{DType::q6_k, DType::q8_0}, Pair{DType::iq4_xs, DType::iq4_nl}}) {
            QCOMPARE(fallback_dtype(dtype, 512), dtype);
            QCOMPARE(fallback_dtype(dtype, 96), smaller);
            QCOMPARE(fallback_dtype(dtype, 80), DType::f16);
        }
        QCOMPARE(fallback_dtype(DType::q4_0, 96), DType::q4_0);
        QCOMPARE(fallback_dtype(DType::q4_0, 80), DType::f16);
    }

    void namesAreFoundInAnyCase() {
        QCOMPARE(find_recipe("q4_k_m"), find_recipe("Q4_K_M"));
        QCOMPARE(find_recipe("Q4_K")->name, std::string_view("Q4_K_M"));
        QCOMPARE(find_recipe("q3_k")->name, std::string_view("Q3_K_M"));
        QVERIFY(find_recipe("q9_k") == nullptr);
        QVERIFY(find_recipe("") == nullptr);
    }
};

QTEST_APPLESS_MAIN(TestRecipes)
#include "test_recipes.moc"

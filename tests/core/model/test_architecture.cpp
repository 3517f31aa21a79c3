#include <QTest>
#include <set>

#include "core/model/architecture.h"

using namespace ql;

/// Tensor names of every architecture, from both sides.
class TestArchitecture : public QObject {
    Q_OBJECT

  private slots:
    void namesAreUnderstood_data() {
        QTest::addColumn<QString>("type");
        QTest::addColumn<QString>("hf");
        QTest::addColumn<QString>("gguf");
        QTest::addColumn<QString>("role");
        const auto row = [](const char* type, const char* hf, const char* gguf, const char* role) {
            QTest::addRow("%s %s", type, hf) << type << hf << gguf << role;
        };
        row("llama", "model.embed_tokens.weight", "token_embd.weight", "token_embd");
        row("llama", "model.layers.31.self_attn.q_proj.weight", "blk.31.attn_q.weight", "attn_q");
        row("llama", "model.layers.0.post_attention_layernorm.weight", "blk.0.ffn_norm.weight",
            "ffn_norm");
        row("mistral", "model.layers.7.mlp.down_proj.weight", "blk.7.ffn_down.weight", "ffn_down");
        row("llama", "lm_head.weight", "output.weight", "output");
        row("qwen2", "model.layers.3.self_attn.k_proj.bias", "blk.3.attn_k.bias", "attn_k");
        row("qwen3", "model.layers.3.self_attn.q_norm.weight", "blk.3.attn_q_norm.weight",
            "attn_q_norm");
        row("gemma2", "model.layers.3.post_attention_layernorm.weight",
            "blk.3.post_attention_norm.weight", "post_attention_norm");
        row("gemma2", "model.layers.3.pre_feedforward_layernorm.weight", "blk.3.ffn_norm.weight",
            "ffn_norm");
        row("gemma3_text", "model.layers.3.post_feedforward_layernorm.weight",
            "blk.3.post_ffw_norm.weight", "post_ffw_norm");
        row("gemma3", "language_model.model.layers.3.self_attn.k_norm.weight",
            "blk.3.attn_k_norm.weight", "attn_k_norm");
        row("phi3", "model.layers.3.self_attn.qkv_proj.weight", "blk.3.attn_qkv.weight",
            "attn_qkv");
        row("phi3", "model.layers.3.mlp.gate_up_proj.weight", "blk.3.ffn_up.weight", "ffn_gate_up");
        row("gpt2", "transformer.h.11.attn.c_attn.weight", "blk.11.attn_qkv.weight", "attn_qkv");
        row("gpt2", "h.11.mlp.c_proj.bias", "blk.11.ffn_down.bias", "ffn_down");
        row("gpt2", "wpe.weight", "position_embd.weight", "position_embd");
    }
    void namesAreUnderstood() {
        QFETCH(QString, type);
        QFETCH(QString, hf);
        QFETCH(QString, gguf);
        QFETCH(QString, role);
        const Architecture* architecture = architecture_of_hf(type.toStdString());
        QVERIFY(architecture != nullptr);
        const std::string hf_name = hf.toStdString();
        const TensorIdentity from_hf = identify_hf(*architecture, hf_name);
        QVERIFY(from_hf.rule != nullptr);
        QCOMPARE(from_hf.gguf_name(), gguf.toStdString());
        QCOMPARE(std::string(name(from_hf.rule->role)), role.toStdString());
        const std::string gguf_name = gguf.toStdString();
        const TensorIdentity from_gguf = identify_gguf(*architecture, gguf_name);
        QVERIFY(from_gguf.rule != nullptr);
        QCOMPARE(from_gguf.gguf_name(), gguf.toStdString());
        QCOMPARE(from_gguf.rule->role, from_hf.rule->role);
        QCOMPARE(from_gguf.layer, from_hf.layer);
    }

    void strangeNamesAreNot_data() {
        QTest::addColumn<QString>("name");
        for (const char* text :
             {"model.layers.x.self_attn.q_proj.weight", "model.layers..self_attn.q_proj.weight",
              "model.layers.-1.self_attn.q_proj.weight",
              "model.layers.99999999999.mlp.up_proj.weight", "model.layers.1.2.mlp.up_proj.weight",
              "", ".weight", "vision.embed_tokens.weight"}) {
            QTest::newRow(text) << text;
        }
    }
    void strangeNamesAreNot() {
        QFETCH(QString, name);
        const std::string text = name.toStdString();
        QVERIFY(identify_hf(*architecture_of_hf("llama"), text).rule == nullptr);
    }

    void everyRoleHasAName() {
        std::set<std::string_view> names;
        for (int i = 0; i <= static_cast<int>(Role::other); ++i) {
            const Role role = static_cast<Role>(i);
            QVERIFY(names.insert(name(role)).second);
            QCOMPARE(role_from_name(name(role)), std::optional(role));
        }
    }

    void noTwoRulesOfAnArchitectureShareAName() {
        for (const Architecture& architecture : architectures()) {
            std::set<std::string_view> gguf;
            for (const TensorRule& rule : architecture.rules) {
                QVERIFY(gguf.insert(rule.gguf).second);
            }
        }
    }
};

QTEST_APPLESS_MAIN(TestArchitecture)
#include "test_architecture.moc"

#include "app/pages/model_card.h"

#include <QCoreApplication>
#include <QStringList>
#include <algorithm>
#include <map>

#include "app/text.h"
#include "widgets/number_format.h"

namespace ql::gui {

namespace {

struct ModelCard {
    Q_DECLARE_TR_FUNCTIONS(ql::gui::ModelCard)
};

QString yesOrNo(bool yes) { return yes ? ModelCard::tr("yes") : ModelCard::tr("no"); }

QString exact(std::uint64_t number) { return formatExact(static_cast<qint64>(number)); }

/// The types that the model is stored in, with their shares of its values.
struct StoredTypes {
    QString names;   ///< those of most values first
    QString shares;  ///< one a line
};

StoredTypes storedTypes(const Model& model) {
    constexpr qsizetype kNamed = 3;
    std::map<std::string, std::uint64_t> values;
    for (const ModelTensor& tensor : model.tensors()) {
        values[tensor.stored_as()] += tensor.values();
    }
    std::vector<std::pair<std::uint64_t, std::string>> order;
    for (const auto& [type, count] : values) {
        order.emplace_back(count, type);
    }
    std::sort(order.rbegin(), order.rend());
    QStringList names;
    QStringList shares;
    for (const auto& [count, type] : order) {
        names << QString::fromStdString(type);
        //: a type, how many values are stored in it, and their share
        shares << ModelCard::tr("%1: %2 values, %3")
                      .arg(names.last(), exact(count),
                           formatPercent(static_cast<double>(count) /
                                         static_cast<double>(model.parameters())));
    }
    if (names.size() > kNamed) {
        names = names.mid(0, kNamed) << QStringLiteral("…");
    }
    return {names.join(QStringLiteral(", ")), shares.join(u'\n')};
}

QString tokenizerKind(const TokenizerFact& tokenizer) {
    if (!tokenizer.problem.empty()) {
        return ModelCard::tr("cannot be read");
    }
    return !tokenizer.byteLevel   ? QString()
           : *tokenizer.byteLevel ? ModelCard::tr("byte-level BPE")
                                  : QStringLiteral("SentencePiece");
}

/// Whether the embedding serves as the output matrix.
bool isTied(const Model& model) {
    if (!model.checkpoint().gguf()) {
        return model.hyperparameters()->tied_embeddings;
    }
    const auto tensors = model.tensors();
    return std::none_of(tensors.begin(), tensors.end(),
                        [](const ModelTensor& tensor) { return tensor.role == Role::output; });
}

}  // namespace

std::vector<StatRow> modelFacts(const Model& model, std::optional<bool> runnable,
                                const TokenizerFact& tokenizer) {
    std::vector<StatRow> rows;
    const auto add = [&rows](const QString& label, const QString& value, const QString& help = {}) {
        rows.push_back({label, value, false, help});
    };
    add(ModelCard::tr("Architecture"),
        model.architecture() ? toQString(model.architecture()->title) : ModelCard::tr("unknown"));
    add(ModelCard::tr("Parameters"), exact(model.parameters()));
    if (const auto& h = model.hyperparameters()) {
        add(ModelCard::tr("Layers"), exact(h->block_count));
        add(ModelCard::tr("Hidden size"), exact(h->embedding_length));
        add(ModelCard::tr("Feed-forward size"), exact(h->feed_forward_length));
        //: attention heads, and those of keys and values
        add(ModelCard::tr("Heads / KV heads"),
            QStringLiteral("%1 / %2").arg(h->head_count).arg(h->head_count_kv));
        add(ModelCard::tr("Head size"), exact(h->head_dim));
        add(ModelCard::tr("Vocabulary"), exact(h->vocab_size));
        add(ModelCard::tr("Context length"), exact(h->context_length));
        add(ModelCard::tr("Tied embeddings"), yesOrNo(isTied(model)),
            ModelCard::tr("Whether the embedding serves as the output matrix too"));
    }
    add(ModelCard::tr("Tokenizer"), tokenizerKind(tokenizer), translated(tokenizer.problem));
    const StoredTypes types = storedTypes(model);
    add(ModelCard::tr("Stored types"), types.names, types.shares);
    add(ModelCard::tr("File size"),
        formatBytes(static_cast<double>(model.checkpoint().file_bytes())));
    add(ModelCard::tr("Can be run"), runnable ? yesOrNo(*runnable) : QString(),
        ModelCard::tr("Whether perplexity and output errors can be measured"));
    return rows;
}

}  // namespace ql::gui

#include "core/run/other_checkpoint.h"

#include "core/base/hash.h"
#include "core/files/escape.h"
#include "core/model/calibration/calibration.h"

namespace ql {

namespace {

/// How rows of queries and keys make up heads.
std::array<std::uint64_t, 3> heads_of(const Model& model) {
    const Hyperparameters& h = *model.hyperparameters();
    return {h.head_dim, h.head_count, h.head_count_kv};
}

[[noreturn]] void refuse(const Sentence& why, const Model& other) {
    throw Error(ErrorCode::usage, why, other.checkpoint().path().string());
}

}  // namespace

OtherCheckpoint::OtherCheckpoint(std::shared_ptr<const Model> original,
                                 std::shared_ptr<const Model> other)
    : original_(std::move(original)), other_(std::move(other)), activations_(*other_) {
    if (original_->architecture() == nullptr ||
        original_->architecture() != other_->architecture()) {
        refuse(Sentence(QL_TR("core", "The two models are not known to be of one architecture.")),
               *other_);
    }
    if (!original_->hyperparameters() || !other_->hyperparameters() ||
        heads_of(*original_) != heads_of(*other_)) {
        refuse(Sentence(QL_TR("core", "Its heads are not those of the original.")), *other_);
    }
    const bool tied = original_->hyperparameters() && original_->hyperparameters()->tied_embeddings;
    for (const ModelTensor& tensor : original_->tensors()) {
        if (tensor.gguf_name.empty() || (tied && tensor.role == Role::output)) {
            continue;
        }
        const ModelTensor* same = other_->find(tensor.gguf_name);
        if (same == nullptr) {
            refuse(Sentence(QL_TR("core", "It has no tensor {}, which the original has."),
                            in_quotes(tensor.gguf_name)),
                   *other_);
        }
        if (same->rows != tensor.rows || same->cols != tensor.cols) {
            refuse(
                Sentence(QL_TR("core", "Its tensor {} is {} × {}, that of the original {} × {}."),
                         in_quotes(tensor.gguf_name), same->rows, same->cols, tensor.rows,
                         tensor.cols),
                *other_);
        }
    }
}

std::unique_ptr<RowSource> OtherCheckpoint::rows(const ModelTensor& tensor) const {
    const bool gguf = original_->checkpoint().format() == CheckpointFormat::gguf;
    const ModelTensor* same = other_->find(tensor.gguf_name);  // none of an output that is tied
    return other_->rows(same != nullptr ? *same : *other_->find("token_embd.weight"),
                        gguf ? RowOrder::gguf : RowOrder::hugging_face);
}

std::uint64_t OtherCheckpoint::fingerprint() const {
    const std::array all = {weights_hash(*other_), activations_.fingerprint()};
    return hash_bytes(all.data(), sizeof all);
}

}  // namespace ql

#pragma once

#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "core/base/progress.h"
#include "core/files/checkpoint.h"
#include "core/model/architecture.h"
#include "core/model/hyperparameters.h"
#include "core/model/packed_tensors.h"
#include "core/model/tensor_change.h"
#include "core/schemes/plan.h"
#include "core/tensor/row_source.h"

namespace ql {

/// A tensor of a model: what is stored, what it is for, and the matrix it is used as.
struct ModelTensor {
    std::string name;       ///< in the file
    std::string gguf_name;  ///< empty if unknown
    Role role = Role::other;
    int layer = -1;     ///< -1 outside the layers
    std::string group;  ///< of a tensor without a role: the prefix it is listed under
    bool bias = false;
    bool linear = false;  ///< covered by a bare scheme
    DType dtype = DType::f32;
    Shape shape;            ///< as stored
    std::int64_t rows = 0;  ///< of the matrix in use: output channels (leading dimensions folded)
    std::int64_t cols = 0;  ///< input channels: along these, groups and blocks run
    std::uint64_t bytes = 0;
    Adjust adjust = Adjust::none;  ///< only for models in Hugging Face form
    std::size_t stored = 0;  ///< index into Checkpoint::tensors(); of the first part, if packed
    /// What several stored tensors make up; null for one that is stored by itself. Its dtype is f32
    /// then, in which it is decoded.
    std::shared_ptr<const PackedTensor> packed = {};

    std::uint64_t values() const { return static_cast<std::uint64_t>(rows * cols); }
    bool matrix() const { return shape.size() >= 2; }
    /// "BF16", "int4:g128:sym": how the values are stored.
    std::string stored_as() const;
    PlanTarget plan_target() const;
};

/// In which order rows are read.
enum class RowOrder {
    stored,        ///< as in the source (transposed weights are turned)
    gguf,          ///< as in a GGUF file: q and k rows of llama permuted, 1 added to gemma's norms
    hugging_face,  ///< as in Hugging Face form, [out, in]: the opposite, of models in GGUF form
};

/// An opened model. Immutable and shared; weights stay on disk until rows are read.
class Model : public std::enable_shared_from_this<Model> {
  public:
    /// Opens a checkpoint (see Checkpoint::open) and understands it. A model of an unknown
    /// architecture opens as plain tensors. Throws Error.
    static std::shared_ptr<const Model> open(const std::filesystem::path& path);

    /// What to change of some tensors, by index into tensors().
    using Changes = std::map<std::size_t, TensorChange>;
    /// The same model with other values for some of its tensors (instead of any earlier changes).
    /// The tensors themselves are shared: tensors() of both is one and the same.
    std::shared_ptr<const Model> with(Changes changes) const;
    /// What was changed of a tensor of this model; null if its values are those that are stored.
    const TensorChange* change_of(const ModelTensor& tensor) const;
    const Changes& changes() const { return changes_; }

    std::string_view title() const { return title_; }  ///< general.name, or the file's name
    const Checkpoint& checkpoint() const { return *checkpoint_; }
    const Architecture* architecture() const { return architecture_; }
    /// Nothing for an unknown architecture, and for GGUF files that only collect tensors.
    const std::optional<Hyperparameters>& hyperparameters() const { return hyperparameters_; }

    /// Embeddings first, then layer by layer in the order of Role, then the output.
    std::span<const ModelTensor> tensors() const { return *tensors_; }
    const ModelTensor* find(std::string_view name) const;  ///< by either name
    std::uint64_t parameters() const { return parameters_; }

    /// What is odd but does not prevent looking at the model: missing tensors, an unknown
    /// architecture.
    const std::vector<Sentence>& warnings() const { return warnings_; }
    /// Tensors that the architecture needs and the file lacks (GGUF names).
    const std::vector<std::string>& missing() const { return missing_; }

    /// The rows of a tensor as floats; keeps the model alive. Throws Error(unsupported) if its type
    /// cannot be decoded.
    std::unique_ptr<RowSource> rows(const ModelTensor& tensor,
                                    RowOrder order = RowOrder::stored) const;

  private:
    Model() = default;
    Model(const Model&) = default;
    void read_hyperparameters();
    void identify();
    void check_shapes() const;
    void find_missing();

    std::string title_;
    std::shared_ptr<const Checkpoint> checkpoint_;
    const Architecture* architecture_ = nullptr;
    std::optional<Hyperparameters> hyperparameters_;
    std::shared_ptr<const std::vector<ModelTensor>> tensors_;
    std::vector<Sentence> warnings_;
    std::vector<std::string> missing_;
    std::uint64_t parameters_ = 0;
    Changes changes_;
};

}  // namespace ql

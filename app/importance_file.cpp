#include "app/importance_file.h"

#include <algorithm>

#include "core/files/gguf.h"
#include "core/files/mapped_file.h"
#include "core/model/resolve_plan.h"

namespace ql::gui {

bool holdsImportance(const std::filesystem::path& path) {
    const std::string extension = path.extension().string();
    if (extension == ".dat" || extension == ".imatrix") {
        return true;
    }
    if (extension != ".gguf") {
        return false;
    }
    try {
        const MappedFile file(path);
        return parse_gguf(file.bytes()).metadata.string("general.type") == "imatrix";
    } catch (const Error&) {
        return false;  // whoever opens it says what is wrong
    }
}

void requireFit(const Model* model, const ImportanceMatrix& importance) {
    if (!model) {
        return;
    }
    const auto tensors = model->tensors();
    const bool any = std::any_of(tensors.begin(), tensors.end(), [&](const ModelTensor& tensor) {
        return importance.find(tensor.gguf_name.empty() ? tensor.name : tensor.gguf_name);
    });
    if (!any) {
        throw Error(ErrorCode::bad_data,
                    Sentence(QL_TR("core",
                                   "The importance matrix was made for another model: none of its "
                                   "{} entries belongs to a tensor of this one."),
                             importance.entries.size()));
    }
    resolve_plan({}, *model, &importance);
}

bool fits(const Model* model, const ImportanceMatrix& importance) {
    try {
        requireFit(model, importance);
        return true;
    } catch (const Error&) {
        return false;
    }
}

}  // namespace ql::gui

#include "core/files/imatrix.h"

namespace ql {

std::vector<float> ImportanceEntry::importance() const {
    std::vector<float> values(sums.size());
    for (std::size_t i = 0; i < values.size(); ++i) {
        const float count = counts[i / columns()];
        values[i] = count > 0 ? sums[i] / count : 1.0f;
    }
    return values;
}

const ImportanceEntry* ImportanceMatrix::find(std::string_view gguf_name) const {
    const auto found = entries.find(std::string(gguf_name));
    return found == entries.end() ? nullptr : &found->second;
}

}  // namespace ql

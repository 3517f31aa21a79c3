#pragma once

#include <string>
#include <vector>

#include "core/schemes/plan.h"

namespace ql::gui {

/// Rules as they are typed or pasted: one on each line (or several with ';' between), as
/// parse_rule takes them, or llama-quantize's own options (--tensor-type ffn_down=q6_k). Empty
/// lines and lines that begin with '#' count for nothing. Throws ParseError.
std::vector<PlanRule> parseRules(const std::string& text);

}  // namespace ql::gui

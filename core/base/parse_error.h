#pragma once

#include <cstddef>

#include "core/base/error.h"

namespace ql {

/// A text that does not follow its grammar, and where.
class ParseError : public Error {
  public:
    /// `position` counts bytes of `text` from 0; the context becomes the text.
    ParseError(Sentence sentence, std::size_t position, std::string text = {})
        : Error(ErrorCode::usage, std::move(sentence), std::move(text)), position_(position) {}

    std::size_t position() const { return position_; }

  private:
    std::size_t position_;
};

}  // namespace ql

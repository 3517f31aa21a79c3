#include "core/model/tokenizer.h"

#include <algorithm>

#include <nlohmann/json.hpp>

#include "core/files/escape.h"
#include "core/model/tokenizer/byte_alphabet.h"
#include "core/model/tokenizer/text_encoder.h"
#include "core/model/tokenizer/tokenizer_parts.h"
#include "core/model/tokenizer/unicode.h"

namespace ql {

namespace {

constexpr std::size_t kMaxTextBytes = 1 << 30;     // ICU counts in 32 bits
constexpr std::uint64_t kMaxVocabulary = 1 << 22;  // far more than any model has

std::string piece_of(const Token& token, VocabularyKind kind) {
    if (token.type == TokenType::control || token.type == TokenType::unknown) {
        return token.text;
    }
    if (kind == VocabularyKind::sentence_piece) {
        return token.type == TokenType::byte ? std::string(1, byte_of_token(token.text))
                                             : with_plain_spaces(token.text);
    }
    const auto bytes =
        token.type == TokenType::normal ? bytes_of_characters(token.text) : std::nullopt;
    return bytes.value_or(token.text);
}

std::uint64_t rows_of(const Model& model) {
    for (const ModelTensor& tensor : model.tensors()) {
        if (tensor.role == Role::token_embedding && tensor.matrix()) {
            return std::min(static_cast<std::uint64_t>(tensor.rows), kMaxVocabulary);
        }
    }
    return kMaxVocabulary;
}

void require_size(std::string_view text) {
    if (text.size() > kMaxTextBytes) {
        throw Error(ErrorCode::limit,
                    Sentence(QL_TR("core", "The text has {} bytes; at most {} are allowed."),
                             text.size(), kMaxTextBytes));
    }
}

}  // namespace

struct Tokenizer::Impl {
    explicit Impl(TokenizerParts p) : parts(std::move(p)), encoder(parts) {
        for (const Token& token : parts.vocabulary.tokens) {
            pieces.push_back(piece_of(token, parts.vocabulary.kind));
        }
    }

    /// `id` as an index. Throws Error(usage).
    std::size_t index(std::int32_t id) const {
        if (id < 0 || static_cast<std::size_t>(id) >= pieces.size()) {
            throw Error(
                ErrorCode::usage,
                Sentence(QL_TR("core", "The token id {} is not in the vocabulary of {} tokens."),
                         id, pieces.size()));
        }
        return static_cast<std::size_t>(id);
    }

    TokenizerParts parts;
    TextEncoder encoder;
    std::vector<std::string> pieces;
};

Tokenizer::Tokenizer(std::unique_ptr<const Impl> impl) : impl_(std::move(impl)) {}

Tokenizer::~Tokenizer() = default;

std::shared_ptr<const Tokenizer> Tokenizer::of(const Model& model) {
    const Checkpoint& checkpoint = model.checkpoint();
    try {
        return checkpoint.gguf() != nullptr
                   ? of_gguf(*checkpoint.gguf())
                   : of_directory(checkpoint.directory(), checkpoint.config(), rows_of(model));
    } catch (const Error& error) {
        const std::string path = checkpoint.path().string();
        throw Error(
            error.code(), error.sentence(),
            error.context().starts_with(path) ? error.context() : path + ": " + error.context());
    }
}

std::shared_ptr<const Tokenizer> Tokenizer::of_directory(const std::filesystem::path& directory,
                                                         const nlohmann::json& config,
                                                         std::uint64_t rows) {
    return std::shared_ptr<const Tokenizer>(
        new Tokenizer(std::make_unique<Impl>(parts_of_directory(directory, config, rows))));
}

std::shared_ptr<const Tokenizer> Tokenizer::of_gguf(const GgufMetadata& metadata) {
    return std::shared_ptr<const Tokenizer>(
        new Tokenizer(std::make_unique<Impl>(parts_of_gguf(metadata))));
}

std::vector<std::int32_t> Tokenizer::encode(std::string_view text, const TokenizeOptions& options,
                                            const Progress& progress) const {
    require_size(text);
    const auto replaced = with_bytes_replaced(text);
    if (replaced) {
        require_size(*replaced);  // three bytes stand for one
    }
    std::vector<std::int32_t> ids;
    if (options.add_special && adds_bos()) {
        ids.push_back(*bos());
    }
    impl_->encoder.encode(replaced ? *replaced : text, options.parse_special, progress, ids);
    if (options.add_special && adds_eos()) {
        ids.push_back(*eos());
    }
    return ids;
}

std::string Tokenizer::decode(std::span<const std::int32_t> ids) const {
    std::string text;
    bool strips_space = impl_->parts.spaces.prefix != SpacePrefix::never;
    for (const std::int32_t id : ids) {
        const std::string_view shown = piece(id);
        const bool strip = strips_space && !is_control(id) && shown.starts_with(' ');
        strips_space = strips_space && is_control(id);
        text += strip ? shown.substr(1) : shown;
    }
    return text;
}

std::size_t Tokenizer::size() const { return impl_->pieces.size(); }

bool Tokenizer::byte_level() const {
    return impl_->parts.vocabulary.kind == VocabularyKind::byte_level;
}

std::string_view Tokenizer::text(std::int32_t id) const {
    return impl_->parts.vocabulary.tokens[impl_->index(id)].text;
}

std::string_view Tokenizer::piece(std::int32_t id) const { return impl_->pieces[impl_->index(id)]; }

bool Tokenizer::is_control(std::int32_t id) const {
    return impl_->parts.vocabulary.tokens[impl_->index(id)].type == TokenType::control;
}

std::optional<std::int32_t> Tokenizer::bos() const { return impl_->parts.bos; }

std::optional<std::int32_t> Tokenizer::eos() const { return impl_->parts.eos; }

bool Tokenizer::adds_bos() const { return impl_->parts.add_bos && bos(); }

bool Tokenizer::adds_eos() const { return impl_->parts.add_eos && eos(); }

}  // namespace ql

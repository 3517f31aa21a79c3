// Vocabularies of SentencePiece models. The library's public interface hides the kind of a piece
// and the type of the model, both of which GGUF needs; so the few fields are read from the
// protobuf.
#include <cmath>
#include <cstring>

#include "core/files/escape.h"
#include "core/files/mapped_file.h"
#include "core/model/tokenizer/vocabulary.h"

namespace ql {

namespace {

constexpr std::uint64_t kMaxBytes = 64ULL << 20;  // the largest published one has 5 MB
constexpr std::uint64_t kUnigram = 1;
constexpr std::uint64_t kBpe = 2;

/// Walks the fields of one protobuf message; every length is checked against the message.
class ProtoReader {
  public:
    explicit ProtoReader(std::string_view message) : rest_(message) {}

    /// Moves to the next field; false at the end.
    bool next() {
        if (rest_.empty()) {
            return false;
        }
        const std::uint64_t tag = varint();
        field_ = tag >> 3;
        switch (tag & 7) {
            case 0:
                number_ = varint();
                break;
            case 1:
                text_ = take(8);
                break;
            case 2:
                text_ = take(varint());
                break;
            case 5:
                text_ = take(4);
                break;
            default:
                fail();
        }
        return true;
    }

    std::uint64_t field() const { return field_; }
    std::uint64_t number() const { return number_; }
    std::string_view text() const { return text_; }

    float real() const {
        if (text_.size() != sizeof(float)) {
            fail();
        }
        float value = 0;
        std::memcpy(&value, text_.data(), sizeof(value));
        return value;
    }

  private:
    [[noreturn]] static void fail() {
        throw Error(ErrorCode::bad_file,
                    Sentence(QL_TR("core",
                                   "This is not a SentencePiece model: a field is broken or "
                                   "longer than the file.")),
                    "tokenizer.model");
    }

    std::string_view take(std::uint64_t length) {
        if (length > rest_.size()) {
            fail();
        }
        const std::string_view taken = rest_.substr(0, length);
        rest_.remove_prefix(length);
        return taken;
    }

    std::uint64_t varint() {
        std::uint64_t value = 0;
        for (unsigned shift = 0; shift < 64; shift += 7) {
            const auto byte = static_cast<std::uint8_t>(take(1).front());
            value |= static_cast<std::uint64_t>(byte & 0x7FU) << shift;
            if (byte < 0x80) {
                return value;
            }
        }
        fail();
    }

    std::string_view rest_;
    std::uint64_t field_ = 0;
    std::uint64_t number_ = 0;
    std::string_view text_;
};

Token piece_of(std::string_view message, std::size_t id) {
    Token token{{}, TokenType::normal, 0, true};
    ProtoReader reader(message);
    while (reader.next()) {
        if (reader.field() == 1) {
            token.text = reader.text();
        } else if (reader.field() == 2) {
            token.score = reader.real();
        } else if (reader.field() == 3) {
            if (reader.number() < 1 || reader.number() > 6) {
                throw Error(ErrorCode::bad_file,
                            Sentence(QL_TR("core", "Token {} is of the unknown type {}."), id,
                                     reader.number()),
                            "tokenizer.model");
            }
            token.type = static_cast<TokenType>(reader.number());
        }
    }
    check_byte_token(token, id);
    if (!std::isfinite(token.score)) {
        throw Error(ErrorCode::bad_file,
                    Sentence(QL_TR("core", "The score of token {} is not a finite number."), id),
                    "tokenizer.model");
    }
    return token;
}

void require_bpe(std::string_view trainer) {
    std::uint64_t type = kUnigram;
    ProtoReader reader(trainer);
    while (reader.next()) {
        if (reader.field() == 3) {
            type = reader.number();
        }
    }
    if (type != kBpe) {
        throw Error(
            ErrorCode::unsupported,
            Sentence(QL_TR("core",
                           "The SentencePiece model is not of type BPE (but {}); only BPE is "
                           "known."),
                     type == kUnigram ? "unigram" : "another"),
            "tokenizer.model");
    }
}

void read_normalizer(std::string_view normalizer, SentencePieceModel& model) {
    ProtoReader reader(normalizer);
    while (reader.next()) {
        if (reader.field() == 2) {
            model.maps_characters = !reader.text().empty();
        } else if (reader.field() == 3) {
            model.vocabulary.add_space_prefix = reader.number() != 0;
        } else if (reader.field() == 4) {
            model.joins_spaces = reader.number() != 0;
        }
    }
}

}  // namespace

SentencePieceModel read_sentence_piece(const std::filesystem::path& path, std::uint64_t rows) {
    const MappedFile file(path);
    if (file.size() > kMaxBytes) {
        throw Error(ErrorCode::limit,
                    Sentence(QL_TR("core", "The file has {} bytes; at most {} are allowed."),
                             file.size(), kMaxBytes),
                    path.string());
    }
    SentencePieceModel model;
    Vocabulary& vocabulary = model.vocabulary;
    vocabulary.kind = VocabularyKind::sentence_piece;
    vocabulary.pre_tokenizer = "default";
    vocabulary.add_space_prefix = true;
    std::string_view trainer;
    std::string_view normalizer;
    ProtoReader reader({reinterpret_cast<const char*>(file.bytes().data()), file.bytes().size()});
    while (reader.next()) {
        if (reader.field() == 1) {
            const std::size_t id = vocabulary.tokens.size();
            vocabulary.place(id, piece_of(reader.text(), id), rows);
        } else if (reader.field() == 2) {
            trainer = reader.text();
        } else if (reader.field() == 3) {
            normalizer = reader.text();
        }
    }
    if (vocabulary.tokens.empty()) {
        throw Error(ErrorCode::bad_file,
                    Sentence(QL_TR("core", "The SentencePiece model has no tokens.")),
                    path.string());
    }
    require_bpe(trainer);
    read_normalizer(normalizer, model);
    return model;
}

}  // namespace ql

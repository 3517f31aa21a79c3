#include "core/run/evaluation.h"

#include <algorithm>
#include <chrono>

#include "core/base/hash.h"
#include "core/model/forward/token_scores.h"
#include "core/model/tokenizer.h"
#include "core/run/activation_rounding.h"
#include "core/run/evaluation_state.h"
#include "core/run/run_identity.h"

namespace ql {

namespace {

/// Everything that the numbers depend on, and how the text is worked through.
std::uint64_t fingerprint_of(const Decoder& decoder, const std::vector<EvaluatedModel>& models,
                             const EvaluationText& text, std::size_t windows_at_once) {
    std::string all = identity_of(decoder.model().checkpoint());
    for (const EvaluatedModel& model : models) {
        all += '\n' + std::to_string(model.weights->fingerprint()) + ' ' + model.label;
    }
    all += '\n' + std::string(name(text.protocol)) + '\n' + std::to_string(text.context) + '\n' +
           std::to_string(windows_at_once) + identity_of(text.windows);
    return hash_bytes(all.data(), all.size());
}

void append(TokenScores& all, const TokenScores& part) {
    all.nll.insert(all.nll.end(), part.nll.begin(), part.nll.end());
    all.best.insert(all.best.end(), part.best.begin(), part.best.end());
    all.kl.insert(all.kl.end(), part.kl.begin(), part.kl.end());
    all.predictions += part.predictions;
}

/// The scored ones of one value for each token.
template <class T>
std::vector<T> scored(const EvaluationText& text, const std::vector<T>& values) {
    std::vector<T> result;
    for (std::size_t i = 0; i < values.size(); ++i) {
        if (text.scored(static_cast<std::int64_t>(i) % text.context)) {
            result.push_back(values[i]);
        }
    }
    return result;
}

Divergence scored_divergence(const EvaluationText& text, const TokenScores& first,
                             const TokenScores& scores) {
    std::vector<std::uint8_t> same(scores.best.size());
    std::transform(scores.best.begin(), scores.best.end(), first.best.begin(), same.begin(),
                   [](std::int32_t a, std::int32_t b) { return a == b ? 1 : 0; });
    return divergence_of({scored(text, first.nll), scored(text, scores.nll),
                          scored(text, scores.kl), scored(text, same)});
}

std::vector<Evaluation> evaluations_of(const std::vector<EvaluatedModel>& models,
                                       const EvaluationText& text,
                                       const std::vector<TokenScores>& scores) {
    std::vector<Evaluation> all;
    for (std::size_t m = 0; m < models.size(); ++m) {
        const std::vector<double> nll = scored(text, scores[m].nll);
        Evaluation evaluation;
        evaluation.label = models[m].label;
        evaluation.perplexity = perplexity_of(nll);
        evaluation.nll = mean_of(nll).value;
        evaluation.tokens = static_cast<std::int64_t>(nll.size());
        if (m > 0) {
            evaluation.divergence = scored_divergence(text, scores[0], scores[m]);
        }
        all.push_back(std::move(evaluation));
    }
    return all;
}

/// Numbers that are not finite would spoil every mean, and have no order.
void require_finite_scores(const TokenScores& scores, const std::string& label) {
    if (!scores.finite()) {
        throw Error(ErrorCode::bad_data,
                    Sentence(QL_TR("core",
                                   "The predictions are not finite: with these weights the model "
                                   "cannot be run in float32 on this text.")),
                    label);
    }
}

/// An evaluation on its way.
class Run {
  public:
    Run(const Decoder& decoder, const std::vector<EvaluatedModel>& models,
        const EvaluationText& text, const EvaluationOptions& options)
        : decoder_(decoder),
          models_(models),
          text_(text),
          options_(options),
          file_(options.state, fingerprint_of(decoder, models, text, windows_at_once())),
          saved_(std::chrono::steady_clock::now()) {}

    std::vector<Evaluation> operator()(const Progress& progress) {
        state_ = file_.load(shape(), progress).value_or(EvaluationState{});
        state_.scores.resize(models_.size());
        while (state_.windows_done < text_.windows.size()) {
            const std::size_t count =
                std::min(windows_at_once(), text_.windows.size() - state_.windows_done);
            run_part(count, progress.part(share(0), share(count)));
            if (options_.partial) {
                options_.partial(evaluations_of(models_, text_, state_.scores));
            }
        }
        file_.remove();
        return evaluations_of(models_, text_, state_.scores);
    }

  private:
    /// How much of the text is done when `more` windows are.
    double share(std::size_t more) const {
        return static_cast<double>(state_.windows_done + more) /
               static_cast<double>(text_.windows.size());
    }

    EvaluationShape shape() const {
        return {models_.size(), text_.windows.size(),  windows_at_once(),
                text_.context,  decoder_.spec().width, decoder_.blocks()};
    }

    std::size_t windows_at_once() const {
        const std::uint64_t window = static_cast<std::uint64_t>(text_.context) *
                                     static_cast<std::uint64_t>(decoder_.spec().width) *
                                     sizeof(float) * models_.size();
        return static_cast<std::size_t>(std::max<std::uint64_t>(1, options_.hidden_bytes / window));
    }

    void run_part(std::size_t count, const Progress& progress) {
        const auto begin = text_.windows.begin() + static_cast<std::ptrdiff_t>(state_.windows_done);
        const std::vector<TokenIds> windows(begin, begin + static_cast<std::ptrdiff_t>(count));
        if (state_.blocks_done == 0) {
            embed(windows, progress);
        }
        // The output matrix is about one block more.
        const double steps = decoder_.blocks() + 1;
        while (state_.blocks_done < decoder_.blocks()) {
            const int block = state_.blocks_done;
            run_block(block, progress.part(block / steps, (block + 1) / steps));
            ++state_.blocks_done;
            keep(progress);
        }
        finish(windows, progress.part(decoder_.blocks() / steps, 1));
        state_.hidden.clear();
        state_.windows_done += count;
        state_.blocks_done = 0;
        keep(progress);
    }

    void embed(const std::vector<TokenIds>& windows, const Progress& progress) {
        for (const EvaluatedModel& model : models_) {
            state_.hidden.push_back(decoder_.embed(windows, *model.weights, progress));
        }
    }

    void run_block(int block, const Progress& progress) {
        const auto count = static_cast<double>(models_.size());
        for (std::size_t m = 0; m < models_.size(); ++m) {
            const auto at = static_cast<double>(m);
            const Progress part = progress.part(at / count, (at + 1) / count);
            part.report(0, Sentence(QL_TR("core", "block {} of {}, {}"), block + 1,
                                    decoder_.blocks(), models_[m].label));
            const BlockWeights weights = decoder_.load(block, *models_[m].weights, part);
            decoder_.run_block(weights, state_.hidden[m],
                               activation_rounding(*models_[m].weights, decoder_.backend(), part),
                               part);
        }
    }

    void finish(const std::vector<TokenIds>& windows, const Progress& progress) {
        progress.report(0, Sentence(QL_TR("core", "probabilities of the next tokens")));
        std::vector<ScoredModel> scored_models;
        for (std::size_t m = 0; m < models_.size(); ++m) {
            decoder_.finish(state_.hidden[m], *models_[m].weights, {}, progress);
            scored_models.push_back({&state_.hidden[m], models_[m].weights.get()});
        }
        const auto scores = score_tokens(decoder_, scored_models, windows, progress);
        for (std::size_t m = 0; m < models_.size(); ++m) {
            require_finite_scores(scores[m], models_[m].label);
            append(state_.scores[m], scores[m]);
        }
    }

    void keep(const Progress& progress) {
        const auto now = std::chrono::steady_clock::now();
        if (file_.keeps() && now - saved_ >= options_.save_every) {
            file_.save(state_, progress);
            saved_ = std::chrono::steady_clock::now();
        }
    }

    const Decoder& decoder_;
    const std::vector<EvaluatedModel>& models_;
    const EvaluationText& text_;
    const EvaluationOptions& options_;
    EvaluationFile file_;
    EvaluationState state_;
    std::chrono::steady_clock::time_point saved_;
};

}  // namespace

std::string_view name(Protocol protocol) {
    return protocol == Protocol::gptq ? "gptq" : "llama.cpp";
}

EvaluationText EvaluationText::cut(const TokenIds& ids, Protocol protocol, std::int64_t context,
                                   std::optional<std::int32_t> bos, std::size_t most_windows) {
    const std::int64_t least = protocol == Protocol::gptq ? 2 : 4;
    const auto count = static_cast<std::int64_t>(ids.size());
    if (context < least) {
        throw Error(ErrorCode::usage,
                    Sentence(QL_TR("core", "A context must have at least {} tokens."), least));
    }
    if (count < context) {
        throw Error(ErrorCode::usage,
                    Sentence(QL_TR("core",
                                   "The text has {} tokens, fewer than one window of {}: choose a "
                                   "longer text or a shorter context."),
                             count, context));
    }
    EvaluationText text{protocol, context, {}};
    const std::int64_t most =
        most_windows == 0 ? count / context
                          : std::min(count / context, static_cast<std::int64_t>(most_windows));
    for (std::int64_t i = 0; i < most; ++i) {
        const auto begin = ids.begin() + i * context;
        text.windows.emplace_back(begin, begin + context);
        if (protocol == Protocol::llama_cpp && bos) {
            text.windows.back().front() = *bos;
        }
    }
    return text;
}

EvaluationText EvaluationText::of(const Model& model, std::string_view utf8, Protocol protocol,
                                  std::int64_t context, std::size_t most_windows,
                                  const Progress& progress) {
    const auto tokenizer = Tokenizer::of(model);
    return cut(tokenizer->encode(utf8, {}, progress), protocol, context,
               tokenizer->adds_bos() ? tokenizer->bos() : std::nullopt, most_windows);
}

std::int64_t EvaluationText::scored_tokens() const {
    const std::int64_t first = protocol == Protocol::gptq ? 0 : context / 2;
    return (context - 1 - first) * static_cast<std::int64_t>(windows.size());
}

std::vector<Evaluation> evaluate(const Decoder& decoder, const std::vector<EvaluatedModel>& models,
                                 const EvaluationText& text, const EvaluationOptions& options,
                                 const Progress& progress) {
    return Run(decoder, models, text, options)(progress);
}

}  // namespace ql

//===- Sampler.h - From logits to a token -----------------------*- C++ -*-===//
//
// The filters and their order are those of transformers' generate(); the exact
// algorithm is documented at llmrt_sampling. Arithmetic is plain IEEE with an
// exp of our own and a counter-based random number, so that equal logits and
// seeds give equal tokens on every machine.
//
//===----------------------------------------------------------------------===//

#ifndef LLMRT_LIB_SAMPLER_H
#define LLMRT_LIB_SAMPLER_H

#include "runtime/lib/BlockCarver.h"
#include "runtime/lib/Status.h"

namespace llmrt {

/// exp(x) for x <= 0, below one ulp off, the same bits everywhere.
double expOfNonPositive(double x);

/// A number in [0, 1): the top 53 bits of the n-th output of SplitMix64.
double uniform(uint64_t seed, uint64_t n);

/// Fails with INVALID_ARGUMENT and says what would be accepted.
Status checkSampling(const llmrt_sampling &sampling);

class Sampler {
public:
  explicit Sampler(uint32_t vocab) : vocab(vocab) {}
  void place(BlockCarver &carver);

  /// Chooses a token; changes the logits. `history` holds ids below the
  /// vocabulary's size. Fails with MODEL_FAILED if no logit is a number.
  Status sample(const llmrt_sampling &sampling, float *logits,
                const int32_t *history, size_t count, uint64_t draw,
                int32_t &token);

private:
  struct Candidate {
    float score;
    int32_t token;
  };

  void penalize(float *logits, const int32_t *history, size_t count,
                float penalty);
  void keepTopK(uint32_t k);
  void keepTopP(double p);
  void keepMinP(double p);

  uint32_t vocab;
  uint64_t *seen = nullptr; ///< a bit for each token; zero between calls
  /// The tokens still possible, by rising id, and their weights
  /// exp(score - best score).
  Candidate *candidates = nullptr;
  double *weights = nullptr;
  size_t kept = 0;
  Candidate *sorted = nullptr; ///< room to select and sort in
};

} // namespace llmrt

#endif // LLMRT_LIB_SAMPLER_H

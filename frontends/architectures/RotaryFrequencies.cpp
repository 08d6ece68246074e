//===- RotaryFrequencies.cpp - Frequencies of each rope scaling kind ------===//
//
// The formulas of the reference's ROPE_INIT_FUNCTIONS (transformers,
// modeling_rope_utils.py), in the same f32 arithmetic where it matters:
// linear (Chen et al. 2023), yarn (Peng et al. 2023), llama3 and longrope (Ding
// et al. 2024).
//
//===----------------------------------------------------------------------===//

#include "frontends/architectures/ModelBuilder.h"

#include <cmath>

using namespace llm;

static void scaleLlama3(const RopeConfig &rope,
                        llvm::MutableArrayRef<float> inverse) {
  double original = rope.originalMaxPosition;
  double lowWavelength = original / rope.lowFreqFactor;
  double highWavelength = original / rope.highFreqFactor;
  for (float &frequency : inverse) {
    double wavelength = 2 * M_PI / frequency;
    if (wavelength > lowWavelength) {
      frequency = frequency / rope.factor;
    } else if (wavelength >= highWavelength) {
      double smooth = (original / wavelength - rope.lowFreqFactor) /
                      (rope.highFreqFactor - rope.lowFreqFactor);
      frequency = (1 - smooth) * frequency / rope.factor + smooth * frequency;
    }
  }
}

static float scaleYarn(const RopeConfig &rope, int64_t dim,
                       llvm::MutableArrayRef<float> inverse) {
  auto mscale = [](double scale, double m) {
    return scale <= 1 ? 1.0 : 0.1 * m * std::log(scale) + 1.0;
  };
  double attention;
  if (rope.attentionFactor)
    attention = *rope.attentionFactor;
  else if (rope.mscale && rope.mscaleAllDim && *rope.mscale &&
           *rope.mscaleAllDim)
    attention = mscale(rope.factor, *rope.mscale) /
                mscale(rope.factor, *rope.mscaleAllDim);
  else
    attention = mscale(rope.factor, 1.0);

  // The dimension whose wavelength makes `rotations` turns in the original
  // context.
  auto dimension = [&](double rotations) {
    return dim * std::log(rope.originalMaxPosition / (rotations * 2 * M_PI)) /
           (2 * std::log(rope.theta));
  };
  double low = dimension(rope.betaFast), high = dimension(rope.betaSlow);
  if (rope.truncate) {
    low = std::floor(low);
    high = std::ceil(high);
  }
  low = std::max(low, 0.0);
  high = std::min(high, static_cast<double>(dim - 1));
  if (low == high)
    high += 0.001;
  for (auto [i, frequency] : llvm::enumerate(inverse)) {
    double ramp = (static_cast<double>(i) - low) / (high - low);
    double extrapolation = 1 - std::clamp(ramp, 0.0, 1.0);
    double interpolated = frequency / rope.factor;
    frequency = interpolated * (1 - extrapolation) + frequency * extrapolation;
  }
  return attention;
}

RotaryFrequencies llm::rotaryFrequencies(const RopeConfig &rope,
                                         int64_t headDim) {
  RotaryFrequencies result;
  int64_t dim = rope.dim ? rope.dim : headDim;
  for (int64_t i = 0; i < dim / 2; ++i) {
    float exponent = static_cast<float>(2 * i) / static_cast<float>(dim);
    result.inverse.push_back(
        1.0f / std::pow(static_cast<float>(rope.theta), exponent));
  }
  switch (rope.kind) {
  case RopeConfig::None:
  case RopeConfig::Default:
  case RopeConfig::Dynamic: // scaled by the context's length at run time
    break;
  case RopeConfig::Linear:
    for (float &frequency : result.inverse)
      frequency /= static_cast<float>(rope.factor);
    break;
  case RopeConfig::Yarn:
    result.scale = scaleYarn(rope, dim, result.inverse);
    break;
  case RopeConfig::Llama3:
    scaleLlama3(rope, result.inverse);
    break;
  case RopeConfig::LongRope:
    result.scale = *rope.attentionFactor;
    for (float factor : rope.longFactors)
      result.longInverse.push_back(result.inverse[result.longInverse.size()] /
                                   factor);
    for (auto [frequency, factor] :
         llvm::zip_equal(result.inverse, rope.shortFactors))
      frequency /= factor;
    break;
  }
  // GGUF bakes Llama 3's scaling into a tensor of divisors.
  if (!rope.freqFactors.empty())
    for (auto [frequency, factor] :
         llvm::zip_equal(result.inverse, rope.freqFactors))
      frequency /= factor;
  return result;
}

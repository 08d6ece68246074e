//===- Samples.h - Figures measured again and again -------------*- C++ -*-===//

#ifndef LLMRT_TOOLS_SAMPLES_H
#define LLMRT_TOOLS_SAMPLES_H

#include <algorithm>
#include <cstddef>
#include <vector>

namespace llmrt::tools {

/// At least one figure, and what to say of all: median and spread.
class Samples {
public:
  void add(double value) {
    ascending.insert(
        std::upper_bound(ascending.begin(), ascending.end(), value), value);
  }
  double median() const {
    size_t half = ascending.size() / 2;
    return ascending.size() % 2 ? ascending[half]
                                : (ascending[half - 1] + ascending[half]) / 2;
  }
  double min() const { return ascending.front(); }
  double max() const { return ascending.back(); }

private:
  std::vector<double> ascending;
};

} // namespace llmrt::tools

#endif // LLMRT_TOOLS_SAMPLES_H

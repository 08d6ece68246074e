//===- kernels.cpp - Generated kernels against the machine's ceiling ------===//
//
// Each row is one linear layer of a model of a billion weights: products of
// matrices against the arithmetic peak, products of a few rows against the read
// bandwidth, their weights going by from memory. The peaks are measured between
// the repeats with the same threads.
//
//===----------------------------------------------------------------------===//

#include "benchmarks/kernels/LinearKernel.h"
#include "runtime/tools/MachinePeaks.h"

#include <CLI/CLI.hpp>
#include <fmt/core.h>

#include <chrono>
#include <fstream>

using namespace llm::benchmarks;
using namespace llmrt::tools;

namespace {

struct Row {
  std::string name;
  LinearShape shape;
  Peak ceiling;
  double bar; ///< least share of the ceiling
};

/// What a row's repeats were, in 10^9 bytes or operations a second, and of the
/// ceiling.
struct Result {
  Samples rates, shares;
};

constexpr int64_t kIn = 2048, kOut = 8192;
/// Rows of a step at most, as llm-compile's defaults have it: the row counts
/// that share a kernel do so here as well.
constexpr int64_t kMaxRows = 512 + 15;
/// Weights that a product of few rows goes by.
constexpr uint64_t kCycledBytes = uint64_t(540) << 20;
constexpr double kSeconds = 0.1; ///< of a repeat at least

} // namespace

static std::vector<Row> rows() {
  const std::string f32 = "#llm.dense<f32>", bf16 = "#llm.dense<bf16>";
  auto grouped = [](int bits, int zero) {
    return fmt::format("#llm.grouped<bits = {}, group = 32, zero = {}, minimum "
                       "= false, super = 0>",
                       bits, zero);
  };
  std::vector<Row> all = {
      {"gemm-f32", {512, kIn, kOut, f32, "f32"}, Peak::F32, 0.855},
      {"gemm-bf16", {512, kIn, kOut, bf16, "bf16"}, Peak::BF16, 0.855},
      {"gemm-int8-g32",
       {512, kIn, kOut, grouped(8, 128), "i8"},
       Peak::Int8,
       0.747}};
  for (int64_t count : {1, 4, 8}) {
    all.push_back({fmt::format("gemv-int4-g32-m{}", count),
                   {count, kIn, kOut, grouped(4, 8), "i8"},
                   Peak::Read,
                   0.837});
    all.push_back({fmt::format("gemv-bf16-m{}", count),
                   {count, kIn, kOut, bf16, "bf16"},
                   Peak::Read,
                   0.837});
  }
  return all;
}

/// Bytes or operations of a run.
static double workOf(const Row &row, const LinearKernel &kernel) {
  const LinearShape &shape = row.shape;
  double work = row.ceiling == Peak::Read
                    ? double(kernel.weightBytes())
                    : 2.0 * shape.rows * shape.inFeatures * shape.outFeatures;
  return work * double(kernel.matrices());
}

static Result measure(LinearKernel &kernel, double workOfRun,
                      llmrt::ThreadTeam &team, MachinePeaks &peaks,
                      Peak ceiling, int repeats) {
  Result result;
  PeakRates before = {};
  for (int repeat = 0; repeat <= repeats; ++repeat) {
    std::chrono::duration<double> seconds(0);
    double work = 0;
    auto begin = std::chrono::steady_clock::now();
    do {
      kernel.run(team);
      work += workOfRun;
      seconds = std::chrono::steady_clock::now() - begin;
    } while (seconds.count() < kSeconds);
    PeakRates after = peaks.sample();
    if (repeat != 0) { // the first warms up
      double rate = work / seconds.count() * 1e-9;
      result.rates.add(rate);
      result.shares.add(rate / MachinePeaks::around(before, after, ceiling));
    }
    before = after;
  }
  return result;
}

int main(int count, char **arguments) {
  CLI::App app("Times generated kernels against what the machine can do.");
  std::vector<uint32_t> threads = {1, 2};
  std::vector<std::string> tiles;
  std::string only, assembly;
  int repeats = 9;
  app.add_option("--threads", threads, "Team sizes, a list (default: 1,2)")
      ->delimiter(',')
      ->allow_extra_args(false)
      ->check(CLI::Range(1, 1024));
  app.add_option("--only", only, "Rows whose names begin so");
  app.add_option("--repeats", repeats, "How often to measure (default: 9)")
      ->check(CLI::PositiveNumber);
  app.add_option("--tile", tiles, "NAME=VALUE as llm-compile's --tile takes it")
      ->delimiter(',')
      ->allow_extra_args(false);
  app.add_option("--assembly", assembly,
                 "Folder to write each kernel's assembly to");
  CLI11_PARSE(app, count, arguments);

  fmt::print("{:<18} {:>7} {:>8} {:>8} {:>7} {:>16} {:>7}\n", "kernel",
             "threads", "G/s", "ceiling", "share", "min to max", "bar");
  for (const Row &row : rows()) {
    if (row.name.compare(0, only.size(), only) != 0)
      continue;
    std::unique_ptr<LinearKernel> kernel = LinearKernel::create(
        row.shape, kMaxRows, row.ceiling == Peak::Read ? kCycledBytes : 0,
        tiles);
    if (!kernel)
      return 1;
    if (!assembly.empty())
      std::ofstream(assembly + "/" + row.name + ".s") << kernel->assembly();
    for (uint32_t size : threads) {
      std::unique_ptr<llmrt::ThreadTeam> team;
      MachinePeaks peaks(size);
      if (!peaks.valid() || llmrt::ThreadTeam::create(size, team)) {
        fmt::print(stderr, "no memory or no threads left\n");
        return 1;
      }
      Result found = measure(*kernel, workOf(row, *kernel), *team, peaks,
                             row.ceiling, repeats);
      fmt::print("{:<18} {:>7} {:>8.1f} {:>8.1f} {:>7.3f} {:>7.3f} to {:.3f} "
                 "{:>7.3f}{}\n",
                 row.name, size, found.rates.median(),
                 peaks[row.ceiling].median(), found.shares.median(),
                 found.shares.min(), found.shares.max(), row.bar,
                 found.shares.median() < row.bar ? "  below" : "");
      fflush(stdout);
    }
  }
  return 0;
}

//===- BenchReport.cpp - What llm-bench found, as text --------------------===//

#include "runtime/tools/BenchReport.h"

#include <fmt/core.h>
#include <nlohmann/json.hpp>

using namespace llmrt::tools;

static nlohmann::json toJson(const Samples &samples) {
  return {{"median", samples.median()},
          {"min", samples.min()},
          {"max", samples.max()}};
}

static nlohmann::json toJson(const std::vector<Measurement> &measurements) {
  nlohmann::json list = nlohmann::json::array();
  for (const Measurement &each : measurements)
    list.push_back({{"tokens", each.tokens},
                    {"batch", each.batch},
                    {"tokens_per_s", toJson(each.rates)},
                    {"share", each.shares.median()}});
  return list;
}

void BenchReport::printJson() const {
  nlohmann::json machine, spread;
  for (auto [name, peak] :
       {std::pair("read_gb_s", Peak::Read), std::pair("f32_gflop_s", Peak::F32),
        std::pair("bf16_gflop_s", Peak::BF16),
        std::pair("int8_gop_s", Peak::Int8)}) {
    machine[name] = peaks[peak].median();
    spread[name] = toJson(peaks[peak]);
  }
  nlohmann::json result = {
      {"model", info.name},
      {"provenance", info.provenance},
      {"level", info.cpu_level},
      {"compute_type", info.compute_type},
      {"threads", threads},
      {"memory",
       {{"private_bytes", memory.private_bytes},
        {"mapped_weight_bytes", memory.mapped_weight_bytes}}},
      {"machine", machine},
      {"machine_spread", spread},
      {"prefill", toJson(prefill)},
      {"decode", toJson(decode)}};
  fmt::print("{}\n", result.dump(2));
}

static void printRows(const char *what,
                      const std::vector<Measurement> &measurements,
                      const char *ceiling) {
  for (const Measurement &each : measurements)
    fmt::print("{:<8} {:>6} {:>6} {:>10.1f} {:>10.1f} {:>10.1f} {:>6.1f} % "
               "({:.1f} to {:.1f}) of {}\n",
               what, each.tokens, each.batch, each.rates.median(),
               each.rates.min(), each.rates.max(), each.shares.median() * 100,
               each.shares.min() * 100, each.shares.max() * 100, ceiling);
}

void BenchReport::printTable() const {
  fmt::print("{} ({}), level {}, multiplies {}, {} threads\n", info.name,
             info.provenance, info.cpu_level, info.compute_type, threads);
  uint64_t other = memory.private_bytes - memory.kv_bytes - memory.arena_bytes;
  fmt::print("memory: at most {:.1f} MB private (KV {:.1f}, arena {:.1f}, "
             "other {:.1f}); {:.1f} MB of weights mapped\n",
             memory.private_bytes * 1e-6, memory.kv_bytes * 1e-6,
             memory.arena_bytes * 1e-6, other * 1e-6,
             memory.mapped_weight_bytes * 1e-6);
  auto printPeak = [&](const char *name, Peak peak, const char *unit) {
    const Samples &found = peaks[peak];
    fmt::print("machine: {:<5} {:>8.1f} {:<7} ({:.1f} to {:.1f})\n", name,
               found.median(), unit, found.min(), found.max());
  };
  printPeak("reads", Peak::Read, "GB/s");
  printPeak("f32", Peak::F32, "GFLOP/s");
  printPeak("bf16", Peak::BF16, "GFLOP/s");
  printPeak("int8", Peak::Int8, "GOP/s");
  fmt::print("\n{:<8} {:>6} {:>6} {:>10} {:>10} {:>10} {:>8}\n", "", "tokens",
             "batch", "tokens/s", "min", "max", "share");
  printRows("prefill", prefill, info.compute_type);
  printRows("decode", decode, "reading");
}

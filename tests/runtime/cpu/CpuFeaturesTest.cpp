//===- CpuFeaturesTest.cpp - The same answer as the kernel's --------------===//

#include "runtime/lib/cpu/CpuFeatures.h"
#include "runtime/lib/cpu/CpuTopology.h"

#include <gtest/gtest.h>

#include <fstream>
#include <set>
#include <sstream>
#include <string>

#include <sched.h>

using namespace llmrt;

/// Names that /proc/cpuinfo lists for this machine.
static std::set<std::string> listed() {
  std::ifstream file("/proc/cpuinfo");
  std::set<std::string> names;
  for (std::string line; std::getline(file, line);)
    if (line.rfind("flags", 0) == 0) {
      std::istringstream words(line.substr(line.find(':') + 1));
      for (std::string word; words >> word;)
        names.insert(word);
      break;
    }
  return names;
}

TEST(CpuFeatures, AgreeWithTheKernel) {
  std::set<std::string> names = listed();
  ASSERT_FALSE(names.empty());
  // Those that code is generated for.
  for (const char *name :
       {"sse2",        "pni",         "ssse3",       "sse4_1",     "sse4_2",
        "popcnt",      "cx16",        "movbe",       "avx",        "avx2",
        "fma",         "f16c",        "bmi1",        "bmi2",       "abm",
        "avx512f",     "avx512bw",    "avx512cd",    "avx512dq",   "avx512vl",
        "avx512_vnni", "avx512_bf16", "avx512_fp16", "avx512vbmi", "avx_vnni",
        "amx_tile",    "amx_bf16",    "amx_int8"})
    EXPECT_EQ(hasCpuFeature(name), names.count(name) != 0) << name;
}

TEST(CpuFeatures, TheFirstMissingOneIsNamed) {
  EXPECT_EQ(firstMissingFeature(""), "");
  EXPECT_EQ(firstMissingFeature("sse2  cx8 "), "");
  EXPECT_EQ(firstMissingFeature("sse2 no_such cx8 neither"), "no_such");
}

TEST(CpuTopology, FollowsTheAffinityMask) {
  CpuTopology before = readCpuTopology();
  EXPECT_GE(before.cpus, before.cores);
  EXPECT_GE(before.cores, 1u);
  cpu_set_t all, one;
  ASSERT_EQ(sched_getaffinity(0, sizeof(all), &all), 0);
  CPU_ZERO(&one);
  for (int cpu = 0; cpu < CPU_SETSIZE; ++cpu)
    if (CPU_ISSET(cpu, &all) && CPU_COUNT(&one) == 0)
      CPU_SET(cpu, &one);
  ASSERT_EQ(sched_setaffinity(0, sizeof(one), &one), 0);
  CpuTopology pinned = readCpuTopology();
  sched_setaffinity(0, sizeof(all), &all);
  EXPECT_EQ(pinned.cpus, 1u);
  EXPECT_EQ(pinned.cores, 1u);
}

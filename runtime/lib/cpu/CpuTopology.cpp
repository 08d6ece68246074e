//===- CpuTopology.cpp - How many threads are worth starting --------------===//
//
// The affinity mask says which CPUs, sysfs which of them share a core, and the
// control group how much time they get: a container of two CPUs on a machine of
// sixty-four must not start sixty-four spinning threads.
//
//===----------------------------------------------------------------------===//

#include "runtime/lib/cpu/CpuTopology.h"

#include <algorithm>
#include <cstdio>
#include <cstring>

#include <fcntl.h>
#include <sched.h>
#include <unistd.h>

using namespace llmrt;

/// CPUs of the largest machine that Linux runs on by default.
static constexpr int kMaxCpus = 8192;

/// Reads a small text file; false if it is absent.
template <size_t N> static bool readText(const char *path, char (&text)[N]) {
  int descriptor = open(path, O_RDONLY | O_CLOEXEC);
  if (descriptor < 0)
    return false;
  ssize_t size = read(descriptor, text, N - 1);
  close(descriptor);
  text[std::max<ssize_t>(size, 0)] = 0;
  return size > 0;
}

/// The lowest-numbered CPU of the core that `cpu` belongs to; a list of sysfs
/// ("0,32" or "0-1") starts with it.
static int firstSibling(int cpu) {
  char path[128], list[256];
  snprintf(path, sizeof(path),
           "/sys/devices/system/cpu/cpu%d/topology/thread_siblings_list", cpu);
  int first;
  return readText(path, list) && sscanf(list, "%d", &first) == 1 ? first : cpu;
}

/// Whole CPUs that a quota of `quota` in each `period` amounts to.
static uint32_t cpusOfQuota(long long quota, long long period) {
  return quota > 0 && period > 0 ? uint32_t(std::min<long long>(
                                       (quota + period - 1) / period, kMaxCpus))
                                 : kMaxCpus;
}

/// The quota of this process's control group and of those around it.
static uint32_t quotaCpus() {
  uint32_t least = kMaxCpus;
  char groups[4096], path[512], text[64];
  long long quota, period;
  if (readText("/proc/self/cgroup", groups)) {
    // The line of version 2 has number 0 and names no controller.
    char *line = strncmp(groups, "0::", 3) == 0 ? groups : nullptr;
    if (char *later = strstr(groups, "\n0::"))
      line = later + 1;
    char *group = line ? line + 3 : groups + strlen(groups);
    group[strcspn(group, "\n")] = 0;
    while (*group) {
      snprintf(path, sizeof(path), "/sys/fs/cgroup%s/cpu.max", group);
      if (readText(path, text) &&
          sscanf(text, "%lld %lld", &quota, &period) == 2)
        least = std::min(least, cpusOfQuota(quota, period));
      char *last = strrchr(group, '/'); // then the group around it
      if (!last)
        break;
      *last = 0;
    }
  }
  // Inside of a container the group is often mounted as the root itself.
  if (readText("/sys/fs/cgroup/cpu.max", text) &&
      sscanf(text, "%lld %lld", &quota, &period) == 2)
    least = std::min(least, cpusOfQuota(quota, period));
  char periodText[64];
  if (readText("/sys/fs/cgroup/cpu/cpu.cfs_quota_us", text) &&
      readText("/sys/fs/cgroup/cpu/cpu.cfs_period_us", periodText) &&
      sscanf(text, "%lld", &quota) == 1 &&
      sscanf(periodText, "%lld", &period) == 1)
    least = std::min(least, cpusOfQuota(quota, period));
  return least;
}

CpuTopology llmrt::readCpuTopology() {
  CpuTopology topology = {0, 0};
  cpu_set_t *set = CPU_ALLOC(kMaxCpus);
  size_t bytes = CPU_ALLOC_SIZE(kMaxCpus);
  if (set && sched_getaffinity(0, bytes, set) == 0)
    for (int cpu = 0; cpu < kMaxCpus; ++cpu) {
      if (!CPU_ISSET_S(cpu, bytes, set))
        continue;
      ++topology.cpus;
      // A core counts with the first of its CPUs that may be used.
      int first = firstSibling(cpu);
      bool counted = first != cpu && first >= 0 && first < kMaxCpus &&
                     CPU_ISSET_S(first, bytes, set);
      topology.cores += !counted;
    }
  CPU_FREE(set);
  topology.cpus = std::max(topology.cpus, 1u);
  topology.cores = std::clamp(topology.cores, 1u, quotaCpus());
  return topology;
}

//===- run-objects.cpp - Run many graphs on their test data ---------------===//
//
// Reads lines `object.so test-data-folder rtol atol`, runs each object in a
// child of its own, and prints for each, in order,
//
//   ok|fail|crash|timeout object.so reason
//
// A child that crashes, hangs or takes too much memory is that object's result
// and nobody else's. A folder that holds test_data_set_0, test_data_set_1, ...
// stands for all of them.
//
//===----------------------------------------------------------------------===//

#include "runtime/tools/values/TestData.h"

#include <CLI/CLI.hpp>
#include <fmt/core.h>

#include <algorithm>
#include <chrono>
#include <cstring>
#include <iostream>
#include <sstream>

#include <poll.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

using namespace llmrt::tools;

namespace {

struct Limits {
  uint32_t threads = 1;
  uint32_t seconds = 30;
  uint64_t memory = uint64_t(4) << 30;
};

struct Job {
  std::string object, folder;
  Tolerance tolerance;
};

} // namespace

/// In the child: true if all test data agrees.
static bool runJob(const Job &job, const Limits &limits, std::string &reason) {
  llmrt_model *model = nullptr;
  llmrt_graph *graph = nullptr;
  llmrt_graph_options options = {limits.threads, limits.memory / 2};
  if (llmrt_open(job.object.c_str(), nullptr, &model) ||
      llmrt_graph_create(model, &options, &graph)) {
    reason = llmrt_last_error();
    return false;
  }
  std::string first = job.folder + "/test_data_set_0";
  if (access(first.c_str(), F_OK) != 0)
    return runTestData(model, graph, job.folder, job.tolerance, reason);
  for (unsigned set = 0;; ++set) {
    std::string folder = fmt::format("{}/test_data_set_{}", job.folder, set);
    if (access(folder.c_str(), F_OK) != 0)
      return true;
    if (!runTestData(model, graph, folder, job.tolerance, reason)) {
      reason = fmt::format("test_data_set_{}: {}", set, reason);
      return false;
    }
  }
}

/// Runs in the child, tells the parent why not, and ends.
[[noreturn]] static void beChild(const Job &job, const Limits &limits,
                                 int out) {
  rlimit memory = {limits.memory, limits.memory}, none = {0, 0};
  setrlimit(RLIMIT_AS, &memory);
  setrlimit(RLIMIT_CORE, &none);
  std::string reason;
  bool passed = runJob(job, limits, reason);
  reason.resize(std::min<size_t>(reason.size(), 4000)); // what a pipe takes
  if (write(out, reason.data(), reason.size()) < 0)
    _exit(2);
  _exit(passed ? 0 : 1);
}

/// All that comes through `in` until its other end is closed; false if that
/// takes longer than the limit.
static bool readUntil(int in, uint32_t seconds, std::string &text) {
  auto end = std::chrono::steady_clock::now() + std::chrono::seconds(seconds);
  for (;;) {
    auto left = std::chrono::duration_cast<std::chrono::milliseconds>(
        end - std::chrono::steady_clock::now());
    pollfd wait = {in, POLLIN, 0};
    int ready = poll(&wait, 1, int(std::max<int64_t>(left.count(), 0)));
    if (ready < 0 && errno == EINTR)
      continue;
    if (ready <= 0)
      return false;
    char buffer[4096];
    ssize_t bytes = read(in, buffer, sizeof(buffer));
    if (bytes <= 0)
      return true;
    text.append(buffer, size_t(bytes));
  }
}

/// The word of a job's line, with the reason.
static std::string result(const Job &job, const Limits &limits,
                          std::string &reason) {
  int ends[2];
  if (pipe(ends) != 0) {
    reason = strerror(errno);
    return "fail";
  }
  pid_t child = fork();
  if (child == 0) {
    close(ends[0]);
    beChild(job, limits, ends[1]);
  }
  close(ends[1]);
  if (child < 0) {
    reason = strerror(errno);
    close(ends[0]);
    return "fail";
  }
  bool inTime = readUntil(ends[0], limits.seconds, reason);
  close(ends[0]);
  if (!inTime)
    kill(child, SIGKILL);
  int status = 0;
  while (waitpid(child, &status, 0) < 0 && errno == EINTR)
    ;
  if (!inTime) {
    reason = fmt::format("not done after {} seconds", limits.seconds);
    return "timeout";
  }
  if (WIFSIGNALED(status)) {
    reason = strsignal(WTERMSIG(status));
    return "crash";
  }
  return WEXITSTATUS(status) == 0 ? "ok" : "fail";
}

int main(int count, char **arguments) {
  CLI::App app("Runs compiled graphs on ONNX's test data, one line of the "
               "standard input each: object.so test-data-folder rtol atol");
  Limits limits;
  app.add_option("--threads", limits.threads, "Of each graph (default: 1)")
      ->check(CLI::Range(1, 1024));
  app.add_option("--seconds", limits.seconds,
                 "That a line may take (default: 30)")
      ->check(CLI::PositiveNumber);
  app.add_option("--memory", limits.memory,
                 "Address space of a child, as 2G (default: 4G)")
      ->transform(CLI::AsSizeValue(/*kb_is_1000=*/false));
  CLI11_PARSE(app, count, arguments);

  std::string line;
  bool allPassed = true;
  while (std::getline(std::cin, line)) {
    if (line.empty())
      continue;
    std::istringstream words(line);
    Job job;
    if (!(words >> job.object >> job.folder >> job.tolerance.relative >>
          job.tolerance.absolute)) {
      fmt::print(stderr,
                 "'{}' is no line of object.so test-data-folder rtol atol\n",
                 line);
      return 2;
    }
    std::string reason, word = result(job, limits, reason);
    std::replace(reason.begin(), reason.end(), '\n', ' ');
    fmt::print("{} {}{}{}\n", word, job.object, reason.empty() ? "" : " ",
               reason);
    fflush(stdout);
    allPassed &= word == "ok";
  }
  return allPassed ? 0 : 1;
}

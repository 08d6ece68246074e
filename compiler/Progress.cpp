//===- Progress.cpp - How far a compilation is ----------------------------===//
//
// Stages are passes of MLIR and LLVM that report nothing themselves, so a
// thread draws the line anew now and then, with the time that has gone by.
//
//===----------------------------------------------------------------------===//

#include "compiler/Progress.h"

#include "llvm/Support/Format.h"
#include "llvm/Support/Process.h"
#include "llvm/Support/raw_ostream.h"

#include <algorithm>

using namespace llm;
using std::chrono::duration;

static constexpr std::chrono::milliseconds kFirst(1000), kNext(100);
static constexpr unsigned kBar = 24;

Progress::Progress(double work)
    : start(std::chrono::steady_clock::now()), total(work) {
  if (!llvm::sys::Process::StandardErrIsDisplayed())
    return;
  drawer = std::thread([this] {
    std::unique_lock<std::mutex> lock(mutex);
    for (auto wait = kFirst;
         !ended.wait_for(lock, wait, [this] { return isEnding; }); wait = kNext)
      draw();
    erase();
  });
}

Progress::~Progress() {
  if (!drawer.joinable())
    return;
  stop();
  drawer.join();
}

void Progress::stop() {
  std::lock_guard<std::mutex> guard(mutex);
  isEnding = true;
  ended.notify_one();
  erase();
}

void Progress::begin(const llvm::Twine &name, double work) {
  std::lock_guard<std::mutex> guard(mutex);
  done += current;
  stage = name.str();
  current = work;
  share = 0;
}

void Progress::setShare(double part) {
  std::lock_guard<std::mutex> guard(mutex);
  share = part;
}

void Progress::write(llvm::function_ref<void()> text) {
  std::lock_guard<std::mutex> guard(mutex);
  erase();
  text();
}

void Progress::draw() {
  double part = std::clamp((done + share * current) / total, 0.0, 1.0);
  duration<double> seconds = std::chrono::steady_clock::now() - start;
  unsigned filled = static_cast<unsigned>(part * kBar);
  std::string line;
  llvm::raw_string_ostream(line)
      << "[" << std::string(filled, '#') << std::string(kBar - filled, '.')
      << llvm::format("] %3.0f %% %5.1f s  ", part * 100, seconds.count())
      << stage;
  // A line that wraps could not be taken back.
  if (unsigned columns = llvm::sys::Process::StandardErrColumns())
    line.resize(std::min<size_t>(line.size(), columns - 1));
  llvm::errs() << "\r" << line << "\x1b[K";
  isDrawn = true;
}

void Progress::erase() {
  if (isDrawn)
    llvm::errs() << "\r\x1b[K";
  isDrawn = false;
}

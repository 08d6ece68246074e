//===- FakeGraph.cpp - A graph that does what it is told ------------------===//

#include "tests/runtime/FakeGraph.h"
#include "tests/runtime/FakeTeam.h"

using namespace llmrt;
using namespace llmrt::fake;

namespace {

enum Input { Mode, X, Y, Words, Parts };
enum Output { Sum, Again, Turned, TurnedParts, Constant };

const uint16_t constant[40] = {0x3f80, 0xc000}; // 1, -2; room behind it
const struct {
  uint64_t bytes;
  char text[4];
} end = {3, "end"};

class Graph {
public:
  Graph(StepContext &context, uint32_t thread)
      : context(context), thread(thread) {}

  void run() {
    if (thread == 0)
      execute();
    else
      reinterpret_cast<Kernel>(context.kernel)(*this);
  }

private:
  using Kernel = void (*)(Graph &);

  //===--------------------------------------------------------------------===//
  // The team
  //===--------------------------------------------------------------------===//

  void launch(Kernel kernel) {
    context.kernel = reinterpret_cast<void *>(kernel);
    openGate(context, [&] { kernel(*this); });
  }

  //===--------------------------------------------------------------------===//
  // Kernels
  //===--------------------------------------------------------------------===//

  static void addRows(Graph &graph) {
    const GraphValue &x = graph.in(X), &y = graph.in(Y);
    const float *rows = reinterpret_cast<const float *>(x.data);
    float *sums = reinterpret_cast<float *>(graph.out(Sum).data);
    float weight = *reinterpret_cast<const float *>(graph.context.weights);
    for (;;) {
      uint32_t row = __atomic_fetch_add(&graph.context.sync->nextTile, 1,
                                        __ATOMIC_RELAXED);
      if (row >= x.dims[0])
        return;
      float sum = weight;
      for (int column = 0; column < 3; ++column)
        sum += rows[row * 3 + column];
      if (y.kind == GraphValueKind::Tensor)
        sum += reinterpret_cast<const float *>(y.data)[row];
      sums[row] = sum;
    }
  }

  static void failOnce(Graph &graph) {
    if (__atomic_fetch_add(&graph.context.sync->nextTile, 1,
                           __ATOMIC_RELAXED) == 0)
      graph.context.host->fail(graph.context.host->self,
                               "index 7 is out of range");
  }

  static void takeMemory(Graph &graph) {
    if (graph.thread != 0)
      return;
    volatile uint8_t *bytes =
        static_cast<uint8_t *>(graph.allocate(uint64_t(64) << 20));
    for (uint64_t at = 0; at < uint64_t(64) << 20; at += 4096)
      bytes[at] = 1;
  }

  //===--------------------------------------------------------------------===//
  // Thread 0
  //===--------------------------------------------------------------------===//

  const GraphValue &in(Input input) const { return context.graphInputs[input]; }
  GraphValue &out(Output output) const { return context.graphOutputs[output]; }
  void *allocate(uint64_t bytes) const {
    return context.host->allocate(context.host->self, bytes);
  }
  void release(void *memory) const {
    context.host->release(context.host->self, memory);
  }
  int64_t *makeDims(int64_t first) const {
    int64_t *dims = static_cast<int64_t *>(allocate(sizeof(int64_t)));
    dims[0] = first;
    return dims;
  }

  void execute() {
    int64_t mode = *reinterpret_cast<const int64_t *>(in(Mode).data);
    // Its kind, type and rank are there already.
    out(Sum).dims = makeDims(in(X).dims[0]);
    out(Sum).data =
        static_cast<uint8_t *>(allocate(uint64_t(in(X).dims[0]) * 4));
    out(Again) = in(X);
    launch(addRows);
    misbehave(mode);
    turnWords();
    turnParts();
    out(Constant).kind = GraphValueKind::Absent;
    if (in(Y).kind == GraphValueKind::Tensor)
      out(Constant) = {
          GraphValueKind::Tensor,
          ElementType::BF16,
          1,
          0,
          const_cast<uint8_t *>(reinterpret_cast<const uint8_t *>(constant)),
          makeDims(2),
          nullptr,
          0};
    if (mode == LeaveNothing)
      out(Sum).data = nullptr;
    if (mode == LeaveNonsense)
      out(Constant).kind = GraphValueKind(77);
  }

  void misbehave(int64_t mode) {
    if (mode == FailInKernel || mode == FailAndGoOn)
      launch(failOnce);
    if (mode == FailInKernel)
      context.host->abandon(context.host->self, "the kernel has failed");
    if (mode == GiveUp)
      context.host->abandon(context.host->self, "Reshape: 6 elements into 4");
    if (mode == AskForTooMuch)
      *static_cast<char *>(allocate(uint64_t(1) << 60)) = 1;
    if (mode == Crash)
      *static_cast<volatile int *>(nullptr) = 1;
    while (mode == Hang)
      __builtin_ia32_pause();
    if (mode == TakeMemory)
      takeMemory(*this);
    if (mode == LeakAndRelease)
      for (uint64_t bytes = 0; bytes < 100000; bytes = bytes * 5 / 4 + 1) {
        void *kept = allocate(bytes);
        void *released = allocate(bytes);
        release(released);
        release(nullptr);
        if (kept == released || uintptr_t(kept) % 64 != 0)
          context.host->abandon(context.host->self, "memory is not proper");
      }
  }

  void turnWords() {
    const GraphValue &words = in(Words);
    out(Turned) = {GraphValueKind::Tensor,
                   ElementType::String,
                   1,
                   0,
                   static_cast<uint8_t *>(allocate(0)),
                   makeDims(0),
                   nullptr,
                   0};
    if (words.kind != GraphValueKind::Tensor)
      return;
    uint64_t count = uint64_t(words.dims[0]);
    const uint64_t *from = reinterpret_cast<const uint64_t *>(words.data);
    uint64_t *to = static_cast<uint64_t *>(allocate((count + 1) * 8));
    for (uint64_t i = 0; i < count; ++i)
      to[i] = from[count - 1 - i];
    to[count] = reinterpret_cast<uintptr_t>(&end);
    release(out(Turned).data);
    out(Turned).data = reinterpret_cast<uint8_t *>(to);
    out(Turned).dims[0] = int64_t(count + 1);
  }

  void turnParts() {
    const GraphValue &parts = in(Parts);
    out(TurnedParts) = {GraphValueKind::Sequence,
                        ElementType::F32,
                        0,
                        0,
                        nullptr,
                        nullptr,
                        nullptr,
                        0};
    if (parts.kind != GraphValueKind::Sequence)
      return;
    auto *items =
        static_cast<GraphValue *>(allocate(parts.count * sizeof(GraphValue)));
    for (uint64_t i = 0; i < parts.count; ++i)
      items[i] = parts.items[parts.count - 1 - i];
    out(TurnedParts).items = items;
    out(TurnedParts).count = parts.count;
  }

  StepContext &context;
  const uint32_t thread;
};

} // namespace

static void step(const StepContext *context, uint32_t thread) {
  Graph(*const_cast<StepContext *>(context), thread).run();
}

//===----------------------------------------------------------------------===//
// The object
//===----------------------------------------------------------------------===//

static const int64_t batchBy3[] = {-1, 3}, one[] = {-1}, two[] = {2};
static const char *const batchNames[] = {"batch", nullptr};

static constexpr GraphValueKind tensor = GraphValueKind::Tensor,
                                sequence = GraphValueKind::Sequence;
static const GraphArgument graphArguments[] = {
    {"mode", tensor, 0, ElementType::I64, 0, 0, 0, nullptr, nullptr},
    {"x", tensor, 0, ElementType::F32, 2, 0, 0, batchBy3, batchNames},
    {"y:in/put", tensor, 1, ElementType::F32, 1, 0, 0, one, batchNames},
    {"words", tensor, 1, ElementType::String, 1, 0, 0, one, nullptr},
    {"parts", sequence, 1, ElementType::I32, kAnyRank, 0, 0, nullptr, nullptr},
    {"sum", tensor, 0, ElementType::F32, 1, 1, 0, one, batchNames},
    {"again", tensor, 0, ElementType::F32, 2, 1, 0, batchBy3, batchNames},
    {"turned", tensor, 0, ElementType::String, 1, 1, 0, one, nullptr},
    {"turned_parts", sequence, 0, ElementType::I32, kAnyRank, 1, 0, nullptr,
     nullptr},
    {"constant", tensor, 1, ElementType::BF16, 1, 1, 0, two, nullptr},
};

static const CpuLevel levels[] = {
    {"baseline", "sse2", step, 4096, 64, ElementType::F32, 0},
};

[[gnu::section(".llm.weights"), gnu::used]] static const float weights[64] = {
    kGraphWeight};

const ObjectDescriptor FAKE_SYMBOL = {
    FAKE_IDENTITY,
    "toy graph of the runtime's tests",
    {},
    nullptr, // no step arguments, no groups
    0,
    nullptr,
    0,
    levels,
    sizeof(levels) / sizeof(levels[0]),
    graphArguments,
    sizeof(graphArguments) / sizeof(graphArguments[0]),
    {},
    {},
    0, // weightsOffset and what follows: SealObject
    sizeof(weights),
    {},
    {},
};

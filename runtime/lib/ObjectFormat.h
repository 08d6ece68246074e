//===- ObjectFormat.h - The contract between llm-compile and libllmrt
//------===//
//
// What a compiled object exports: one symbol, `llmrt_model_<name>`, an
// ObjectDescriptor. The compiler writes these structures as constant data, the
// runtime only reads them; this header is the one place that says what lies
// where. Everything is little-endian x86-64, natural alignment, plain C layout
// (no virtual, no std). Pointers are filled by RELATIVE relocations only.
//
// A change to any structure or digest raises kObjectVersion; the runtime
// refuses other versions by number.
//
//===----------------------------------------------------------------------===//

#ifndef LLMRT_LIB_OBJECTFORMAT_H
#define LLMRT_LIB_OBJECTFORMAT_H

#include <cstddef>
#include <cstdint>

namespace llmrt {

constexpr uint64_t kObjectMagic = 0x31304a424f4d4c4cULL; // "LLMOBJ01"
constexpr uint32_t kObjectVersion = 5;

/// Bytes of weights that one leaf of ObjectDescriptor::weightsDigest covers.
constexpr uint64_t kWeightsDigestPiece = 1 << 20;

/// Element types of step arguments, states, weights and graph values. In a
/// graph value an element of less than 8 bits takes a byte (I4 and I2 with
/// their sign extended), Bool is a byte of 0 or 1, and String is the address of
/// a StringValue.
enum class ElementType : uint32_t {
  F32 = 0,
  BF16 = 1,
  F16 = 2,
  I8 = 3,
  I32 = 4,
  I64 = 5,
  U8 = 6,
  F64 = 7,
  I16 = 8,
  U16 = 9,
  U32 = 10,
  U64 = 11,
  Bool = 12,
  F8E4M3FN = 13,
  F8E4M3FNUZ = 14,
  F8E5M2 = 15,
  F8E5M2FNUZ = 16,
  F8E8M0 = 17,
  F4E2M1 = 18,
  I4 = 19,
  U4 = 20,
  I2 = 21,
  U2 = 22,
  C64 = 23,  ///< two F32: real, imaginary
  C128 = 24, ///< two F64
  String = 25,
};

/// What a dimension of a step argument is counted in. The value of each is
/// passed in StepContext::dims, indexed by this enum.
enum class DimSymbol : uint32_t {
  Rows = 0,       ///< tokens in this step, over all sequences (>= 1)
  Sequences = 1,  ///< sequences in this step (>= 1)
  Outputs = 2,    ///< rows whose logits are wanted (0 .. Rows)
  Pages = 3,      ///< columns of every block table (row stride, in entries)
  MaxContext = 4, ///< largest context_lengths[s] of this step
  Count = 5,
};

/// One dimension: a symbol (when symbol >= 0) or a constant.
struct ArgumentDim {
  int32_t symbol; ///< a DimSymbol, or -1
  int32_t padding;
  int64_t size; ///< the extent where symbol is -1
};

/// One entry of the step's argument table. The runtime binds entries by name
/// and refuses an object with a required name it does not know. Names:
///   inputs   tokens i32[Rows]; positions i32[Rows] (what RoPE sees);
///            slots i32[Rows] (index of the row's token within its sequence's
///            KV); sequence_ids i32[Rows] (which sequence of this step the row
///            belongs to, ascending); sequence_starts i32[Sequences+1] (first
///            row of each sequence; the last entry is Rows);
///            context_lengths i32[Sequences] (tokens in the KV after this
///            step); prompt_lengths i32[Sequences];
///            state_table.<g> i32[Sequences][Pages] (block table of group g:
///            page id of the sequence's n-th page); output_rows i32[Outputs].
///   outputs  logits f32[Outputs][vocab]; hidden f32[Outputs][hidden_size].
struct StepArgument {
  const char *name;
  ElementType type;
  uint32_t isOutput; ///< 1: written by the step
  uint32_t required; ///< 1: the step dereferences it always
  uint32_t rank;
  ArgumentDim dims[4]; ///< Sequences+1 is written as symbol Sequences, size 1
                       ///< (extent = symbol value + size when both are given)
};

//===----------------------------------------------------------------------===//
// Graphs: tensors in, tensors out
//===----------------------------------------------------------------------===//

enum class GraphValueKind : uint32_t {
  Tensor = 0,
  Sequence = 1,
  Absent = 2, ///< an optional without a value
};

/// An element of a string tensor. Not zero-terminated.
struct StringValue {
  uint64_t bytes;
  char text[];
};

/// A value of a graph at run time. Inputs belong to the caller and are read
/// only; what an output points to comes from HostTable::allocate and belongs to
/// the host once the call is over (parts of inputs and constants of the object
/// may be pointed to as well).
struct GraphValue {
  GraphValueKind kind;
  ElementType type; ///< of a tensor
  uint32_t rank;    ///< of a tensor
  uint32_t padding;
  /// Tensor: dense, row-major, aligned as an element is at least. At least 64
  /// bytes behind the last element are readable. Not null, even if empty.
  uint8_t *data;
  int64_t *dims;     ///< tensor: `rank` extents
  GraphValue *items; ///< sequence
  uint64_t count;    ///< of items
};

/// The rank of a GraphArgument that may have any.
constexpr uint32_t kAnyRank = 0xffffffff;

/// One input or output of a graph. Inputs come first.
struct GraphArgument {
  const char *name;
  GraphValueKind kind; ///< Tensor or Sequence (of tensors)
  uint32_t optional;   ///< 1: the value may be Absent
  ElementType type;    ///< of the tensor, or of a sequence's tensors
  uint32_t rank;       ///< of the tensor (of a sequence's tensors), or kAnyRank
  uint32_t isOutput;
  uint32_t padding;
  const int64_t *dims; ///< `rank` extents, -1: any; null without any
  /// `rank` entries, null or the name of a dimension whose extent is the same
  /// wherever the name occurs; null without any.
  const char *const *dimNames;
};

//===----------------------------------------------------------------------===//
// What runs
//===----------------------------------------------------------------------===//

/// Where threads of a step meet. Owned by the runtime, 64-byte aligned,
/// zeroed before the first step; generated code owns the protocol:
/// a barrier increments `arrived`; the last thread of the team sets
/// `arrived = 0`, `nextTile = 0`, increments `generation` and, if `sleepers`
/// != 0, calls host->wake. The others spin on `generation` (acquire) for
/// StepContext::spinLimit pauses, then call host->park(host->self,
/// &generation, seen). Only park writes `sleepers`. It raises it before it
/// looks at the word, so the increment of `generation` has to be a sequentially
/// consistent read-modify-write (a store could pass the load of `sleepers` and
/// lose the wake).
///
/// In a graph no kernel waits for a thread that has no CPU to run on. `arrived`
/// is kGateClosed while there is nothing to do, and 0 from the start of a run:
/// threads other than 0 that see a new `generation` add 1 to it unless it is
/// closed, claim tiles, and subtract 1. Thread 0 claims tiles as well, closes
/// the gate behind the last, and waits until nobody is inside.
constexpr uint32_t kGateClosed = 0x80000000;

struct alignas(64) TeamSync {
  uint32_t arrived;
  char pad0[60];
  uint32_t generation;
  char pad1[60];
  uint32_t nextTile; ///< next unclaimed tile of the current phase
  char pad2[60];
  uint32_t sleepers;
  char pad3[60];
};
static_assert(sizeof(TeamSync) == 256, "generated code indexes this by bytes");

/// The closed table of what generated code asks of its host.
struct HostTable {
  void *self; ///< handed back as first argument
  /// Sleep until *word != seen (may return early). Called after spinning.
  void (*park)(void *self, uint32_t *word, uint32_t seen);
  /// Wake every thread parked on word.
  void (*wake)(void *self, uint32_t *word);
  /// Report a failure found by generated code; the step still runs to its end.
  void (*fail)(void *self, const char *message);
  /// The rest is for graphs, on thread 0 while no kernel runs.
  /// Memory of this call, aligned to 64 bytes, with 64 readable bytes behind
  /// it. Never null: beyond the host's cap the call is given up.
  void *(*allocate)(void *self, uint64_t bytes);
  /// Gives memory back before the call is over. Null is ignored.
  void (*release)(void *self, void *memory);
  /// Gives the call up, with this sentence unless `fail` was called before;
  /// does not return.
  void (*abandon)(void *self, const char *message);
};

/// Everything a step reads, the same pointer for every thread of the team.
struct StepContext {
  void *const *arguments; ///< one per entry of ObjectDescriptor::arguments
  const int64_t *dims;    ///< DimSymbol::Count values
  const uint8_t *weights; ///< base of the weight segment (or a copy of it)
  uint8_t *arena;         ///< CpuLevel::arenaBytes, 64-byte aligned, zeroed
                          ///< once at creation, kept between steps
  uint8_t *const
      *states;      ///< base of each state group's page pool, 64-byte aligned
  uint8_t *scratch; ///< thread t owns [t * scratchBytes, (t+1) * scratchBytes)
  TeamSync *sync;
  const HostTable *host;
  uint32_t threads;   ///< team size, >= 1
  uint32_t spinLimit; ///< pauses a barrier spins before it parks; 0 where
                      ///< the team has more threads than CPUs to run on
  /// Of a graph: the inputs in the order of ObjectDescriptor::graphArguments,
  /// and room for the outputs. Their kind, type and rank are as declared (rank
  /// 0 for any) before the call; the graph sets the rest, and these where they
  /// are others, as for an optional that is Absent.
  const GraphValue *graphInputs;
  GraphValue *graphOutputs;
  /// What thread 0 has the team run next, generated code's own; null before the
  /// call. See StepFunction.
  void *kernel;
  void *closure;
};

/// One step. Called by every thread of the team with its own index; returns on
/// each when the step is done (the last barrier has been passed).
///
/// In a graph, thread 0 executes the graph, and the host calls the others when
/// they have passed the gate (TeamSync): they run what is left of the kernel
/// and return, and the host leaves the gate for them. Thread 0 sets kernel,
/// closure and nextTile, opens the gate, increments `generation` and has
/// sleepers woken. It gives the call up (HostTable::abandon) between two
/// kernels only.
using StepFunction = void (*)(const StepContext *context, uint32_t thread);

/// How a group of layers with equal geometry keeps its state. Page id b means
/// page b of every layer of the group: layer l of page b lies at
/// pool + b * pageBytes + l * layerPageBytes.
struct StateGroup {
  const char *name;
  uint32_t layers;
  uint32_t pageTokens;     ///< tokens a page holds
  uint64_t layerPageBytes; ///< bytes of one layer in one page (multiple of 64)
  uint64_t pageBytes;      ///< layers * layerPageBytes
  uint32_t window; ///< 0: all tokens are kept; else pages that lie wholly
                   ///< before context - window may be freed
  uint32_t keyValueHeads; ///< with headDim: the work of a step
  uint32_t headDim;
  ElementType type;
};

/// Code for one CPU level. Levels are ordered from most to least demanding;
/// the runtime takes the first whose features the machine has.
struct CpuLevel {
  const char *name; ///< e.g. "x86-64-v4"
  const char
      *features; ///< space-separated names as in /proc/cpuinfo, all required
  StepFunction step;
  uint64_t arenaBytes;
  uint64_t scratchBytes;   ///< per thread (multiple of 64)
  ElementType computeType; ///< what most multiply-adds of its linear layers
                           ///< are done in (F32, BF16, I8)
  uint32_t padding;
};

struct ByteSpan {
  const uint8_t *data;
  uint64_t size;
};

/// Facts about the model that tools print and bound themselves by.
struct ModelFacts {
  uint32_t vocabSize;
  uint32_t hiddenSize;
  uint32_t layers;
  uint32_t maxContext; ///< tokens a sequence may hold, prompt included
  uint32_t maxBatch;   ///< sequences of one step
  uint32_t maxRows;    ///< tokens of one step (prefill chunk + maxBatch - 1)
  uint32_t bosCount;   ///< entries used in bos (0 or 1)
  int32_t bos;
  uint32_t endCount;        ///< entries of endTokens
  ElementType weightType;   ///< informative: F32, BF16, F16, I8 (any quantized)
  const int32_t *endTokens; ///< any of them ends the answer
  uint64_t
      weightBytesRead; ///< bytes of weights one decode step reads, as
                       ///< encoded in the input (head once, embedding rows not)
  uint64_t stateBytesPerToken;
  uint64_t prefillFlopsPerToken;  ///< 2 * weights without head and embedding
  uint64_t headFlops;             ///< 2 * vocab * hidden
  uint64_t attentionFlopsPerPair; ///< per (query token, key token): sum over
                                  ///< layers of 4 * heads * headDim
};

struct ObjectDescriptor {
  uint64_t magic;
  uint32_t version;
  uint32_t descriptorBytes;
  /// The descriptor's own address. A program that links the object may hold a
  /// copy of the descriptor (a copy relocation); the runtime follows this one.
  const ObjectDescriptor *self;
  const char *name;       ///< the <name> of llmrt_model_<name>
  const char *provenance; ///< compiler version, flags, input kind; no path,
                          ///< time or host
  ModelFacts facts;
  const StepArgument *arguments;
  uint64_t argumentCount;
  const StateGroup *groups;
  uint64_t groupCount;
  const CpuLevel *levels;
  uint64_t levelCount;
  /// 0: the object is a decoder. Else a graph, which has no step arguments,
  /// state groups or facts; CpuLevel::step is its function.
  const GraphArgument *graphArguments;
  uint64_t graphArgumentCount;
  ByteSpan tokenizer;    ///< lies at a multiple of 8; size 0: none
  ByteSpan chatTemplate; ///< compiled; size 0: none
  /// The weight segment: its address is (const uint8_t*)self + weightsOffset,
  /// the start of a read-only PT_LOAD of its own. Patched into the linked file.
  /// weightsBytes is 0 for a model without weights. weightsOffset is 0 where
  /// the weights lie in a file of their own (WeightFile.h).
  int64_t weightsOffset;
  uint64_t weightsBytes;
  /// SHA-256 of five words of 64 bits for each program header that is not
  /// PT_NULL (p_flags << 32 | p_type, p_vaddr, p_filesz, p_memsz, p_align),
  /// then of every PT_LOAD's file bytes but the weight segment's, ELF and
  /// program headers left out, this field taken as zero.
  uint8_t codeDigest[32];
  /// Digest of the weight segment, checked on request only: SHA-256 over the
  /// concatenated SHA-256 digests of its pieces of kWeightsDigestPiece bytes
  /// (the last may be shorter), so that threads can share the work and the
  /// holes of a sparse file need not be read. No pieces: SHA-256 of nothing.
  uint8_t weightsDigest[32];
};

} // namespace llmrt

#endif // LLMRT_LIB_OBJECTFORMAT_H

//===- Checkpoint.h - A model file, opened and checked, not yet IR
//---------===//
//
// What the Hugging Face and GGUF frontends hand on, under one set of names, so
// that an architecture is written once for both. Opening maps files and checks
// every count, offset and shape; tensor bytes are not read.
//
//===----------------------------------------------------------------------===//

#ifndef LLM_FRONTENDS_CHECKPOINT_H
#define LLM_FRONTENDS_CHECKPOINT_H

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace llm {

/// How a tensor's elements lie in the file. GGUF block types run along the
/// innermost dimension, whose extent is a whole number of blocks.
enum class SourceType : uint8_t {
  F32,
  F16,
  BF16,
  Q4_0,
  Q4_1,
  Q5_0,
  Q5_1,
  Q8_0,
  Q2_K,
  Q3_K,
  Q4_K,
  Q5_K,
  Q6_K,
  // Plain element types that general graphs hold beside the first three.
  F64,
  I8,
  U8,
  I16,
  U16,
  I32,
  U32,
  I64,
  U64,
  Bool, ///< one byte; any but 0 is true
  F8E4M3FN,
  F8E4M3FNUZ,
  F8E5M2,
  F8E5M2FNUZ,
  F8E8M0,
  C64, ///< two F32
  C128,
  F4E2M1, ///< two a byte, the low half first; an odd count ends in half a byte
  I4,
  U4,
  I2, ///< four a byte, the lowest bits first
  U2,
};

struct SourceTensor {
  std::string name; ///< as in the file: for locations and messages
  SourceType type;
  std::vector<int64_t> shape; ///< outermost first; a linear weight is [out, in]
  uint32_t file = 0;          ///< index into WeightSource::files
  uint64_t offset = 0;        ///< bytes from the file's start; checked; may be
                              ///< unaligned in a safetensors file
  uint64_t bytes = 0;         ///< equals what shape and type need; checked
  /// GGUF keeps the q and k rows of llama models with each head's two halves
  /// interleaved (row 2i and 2i+1 of a head are rows i and i + head_dim/2 of
  /// the original). 0: rows as in the original; else the number of heads.
  uint32_t interleavedHeads = 0;
  /// `shape` is [out, in] but the file holds [in, out]. Plain floats only.
  bool transposed = false;
  /// Of a transposed tensor: elements from one in feature to the next, where
  /// the file's tensor has more out features than are read. 0: shape[0].
  uint64_t pitch = 0;
  /// Added to every element of a vector: norms whose scale is 1 + weight.
  float addend = 0;
  /// A matrix that is a part of the tensor begins at this element of it.
  int64_t firstElement = 0;
  /// 0: the elements lie there one after another. Else `bytes` are those of a
  /// protobuf message, and this repeated field of it holds the elements
  /// (frontends/onnx/TypedData.h).
  uint32_t field = 0;
  /// Matrices of one type one below the other, each at a multiple of 16 rows:
  /// experts. They lie where they say; here only name, type and shape hold.
  std::vector<SourceTensor> parts = {};
  /// Of integers of a few bits in blocks along the in features, [out, blocks,
  /// bytes of a block] as ONNX Runtime's MatMulNBits has them: the scales,
  /// [out, blocks], then zero points, packed by out feature, if there are any.
  std::vector<SourceTensor> terms = {};
};

/// A read-only private mapping of a whole regular file. Bytes are paged in when
/// read; a file that another program truncates meanwhile ends us with SIGBUS.
class MappedFile {
public:
  static std::shared_ptr<const MappedFile> open(const std::string &path,
                                                std::string &error);
  /// The same of a file that is open; closes the descriptor.
  static std::shared_ptr<const MappedFile>
  adopt(int descriptor, const std::string &path, std::string &error);
  /// An anonymous file of these bytes, of which there is at least one.
  static std::shared_ptr<const MappedFile> create(const std::string &bytes,
                                                  std::string &error);
  MappedFile(const MappedFile &) = delete;
  MappedFile &operator=(const MappedFile &) = delete;
  ~MappedFile();
  const uint8_t *data() const { return bytes; }
  uint64_t size() const { return length; }
  const std::string &path() const { return name; }

private:
  MappedFile() = default;
  const uint8_t *bytes = nullptr;
  uint64_t length = 0;
  std::string name;
};

/// Tensors by name, in mapped files: what weights are streamed from.
struct WeightSource {
  std::vector<std::shared_ptr<const MappedFile>> files;
  std::map<std::string, SourceTensor> tensors;
};

/// Rotary position embedding as the checkpoint asks for it. Fields beside
/// `kind` and `theta` are read by the kinds named.
struct RopeConfig {
  enum Kind : uint8_t {
    None,
    Default,
    Linear,
    Dynamic,
    Yarn,
    Llama3,
    LongRope
  } kind = Default;
  double theta = 10000.0;
  double factor = 1.0;             ///< Linear, Dynamic, Yarn, Llama3
  int64_t originalMaxPosition = 0; ///< Dynamic (the config's
                                   ///< max_position_embeddings), Yarn, Llama3,
                                   ///< LongRope
  double lowFreqFactor = 1.0, highFreqFactor = 4.0; ///< Llama3
  double betaFast = 32.0, betaSlow = 1.0;           ///< Yarn
  std::optional<double> attentionFactor;            ///< Yarn
  std::optional<double> mscale, mscaleAllDim;       ///< Yarn
  bool truncate = true;                             ///< Yarn
  /// LongRope: what frequencies are divided by, up to originalMaxPosition and
  /// in longer contexts; `attentionFactor` is set.
  std::vector<float> shortFactors, longFactors;
  /// GGUF's rope_freqs: after the kind's own rule, frequency i is divided by
  /// freqFactors[i]. Empty, or headDim / 2 finite positive numbers.
  std::vector<float> freqFactors;
  int64_t dim = 0; ///< columns of a head that are rotated, the first; 0: all
};

/// What a decoder's config says, in Hugging Face's terms.
struct DecoderConfig {
  std::string architecture; ///< "LlamaForCausalLM", "Qwen2ForCausalLM", ...;
                            ///< GGUF maps to these
  int64_t hiddenSize = 0, intermediateSize = 0, numLayers = 0;
  int64_t numAttentionHeads = 0, numKeyValueHeads = 0, headDim = 0;
  int64_t vocabSize = 0, maxPositionEmbeddings = 0;
  double rmsNormEps = 1e-6;
  std::string hiddenAct = "silu"; ///< or "gelu", "gelu_tanh"
  double attentionScalar = 0;     ///< one over the square of the scores' scale;
                                  ///< 0: headDim
  double attentionSoftCap = 0, finalSoftCap = 0;  ///< of scores; of logits;
                                                  ///< 0: none
  int64_t numExperts = 0, numExpertsPerToken = 0; ///< 0: no experts
  bool tieWordEmbeddings = false;
  RopeConfig rope;
  std::optional<RopeConfig> slidingRope; ///< of layers with a window, if theirs
                                         ///< is another
  /// Window of each layer in tokens (a query sees itself and window - 1 before
  /// it); 0: full attention. Has numLayers entries.
  std::vector<int64_t> slidingWindow;
  /// What the matrices are stored as: "bf16" or "f16" when all of them are,
  /// else "f32" (mixed, or any block-quantized).
  std::string dtype = "f32";
};

/// The tokenizer as GGUF's metadata spells it.
struct GgufTokenizer {
  std::string model; ///< tokenizer.ggml.model: "gpt2", "llama", ...
  std::string pre; ///< tokenizer.ggml.pre: "smollm", "llama-bpe", "qwen2", ...
  std::vector<std::string> tokens;
  std::vector<float> scores;
  std::vector<int32_t> types; ///< 1 normal, 2 unknown, 3 control, 4 user
                              ///< defined, 5 unused, 6 byte
  std::vector<std::string> merges;
  std::optional<int32_t> bos, eos, unk, pad;
  std::optional<bool> addBos, addEos, addSpacePrefix;
};

/// A decoder. Its tensors have common names: embed.weight, positions.weight
/// (learned positions), final_norm.{weight,bias}, head.weight (absent when
/// tied), layers.N.{input_norm,post_attention_norm}.{weight,bias},
/// layers.N.attn.{q,k,v,o}.{weight,bias}, layers.N.attn.{q_norm,k_norm}.weight,
/// layers.N.mlp.{gate,up,down}.{weight,bias}, or layers.N.mlp.router.weight and
/// layers.N.mlp.experts.{gate,up,down}.weight, and, of what attention and MLP
/// give, layers.N.{attn,mlp}.output_norm.weight. Biases, the gate and norms but
/// the first two are there when the layer has them. What a file keeps in one
/// fused tensor are several here. Every tensor has the shape that `config` asks
/// for; vectors are F32, F16 or BF16.
struct Checkpoint : WeightSource {
  enum class Format { HuggingFace, Gguf, Onnx } format;
  std::string path; ///< as the user gave it: for messages only, never stored
  DecoderConfig config;

  /// One of the two, or neither. tokenizer.json's bytes, unparsed.
  std::string tokenizerJson;
  std::optional<GgufTokenizer> ggufTokenizer;

  std::string chatTemplate;       ///< Jinja source; empty: none
  std::string bosToken, eosToken; ///< texts, for the template
  std::optional<int32_t> bos;
  std::vector<int32_t> endTokens; ///< ids, any of which ends an answer
};

/// Opens a Hugging Face folder or a .gguf file (its first split), recognised by
/// content. On failure returns null and says in `error` which file, where,
/// what was found and what would be accepted. Never throws, never aborts.
std::unique_ptr<Checkpoint> openCheckpoint(const std::string &path,
                                           std::string &error);

} // namespace llm

#endif // LLM_FRONTENDS_CHECKPOINT_H

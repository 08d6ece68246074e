//===- DecoderTensors.h - The tensors a decoder needs, checked
//-------------===//
//
// Both checkpoint formats hold the same tensors under other names. The list of
// what a decoder of a given config needs, and the comparison with what a file
// has, are written once here: everything missing, unexpected, misshapen or of
// a type we cannot read ends up in one error.
//
//===----------------------------------------------------------------------===//

#ifndef LLM_FRONTENDS_DECODERTENSORS_H
#define LLM_FRONTENDS_DECODERTENSORS_H

#include "frontends/Checkpoint.h"
#include "frontends/ErrorText.h"

#include <string_view>

namespace llm {

/// A tensor as a file's header lists it.
struct FoundTensor {
  std::string name;
  std::string typeName;           ///< as the format spells it: for messages
  std::optional<SourceType> type; ///< none: a type we cannot read
  std::vector<int64_t> shape;     ///< outermost first
  uint32_t file = 0;
  uint64_t offset = 0, bytes = 0;
};

enum class Presence { Absent, Required, IfStored };

/// What varies between the architectures.
struct DecoderParts {
  Presence qkvBias = Presence::Absent;
  Presence outputBias = Presence::Absent; ///< of attention's output projection
  Presence mlpBias = Presence::Absent;
  Presence headNorms = Presence::Absent; ///< q_norm, k_norm
  Presence head = Presence::Required;    ///< of its own, untied
  Presence normBias = Presence::Absent;    ///< norms are layer norms
  Presence outputNorms = Presence::Absent; ///< of attention and MLP
  Presence gate = Presence::Required;      ///< of the MLP
  Presence positions = Presence::Absent;   ///< learned
  int64_t experts = 0; ///< MLPs of a layer beside one another; 0: one, alone
  bool fusedQkv = false, fusedGateUp = false; ///< one below the other
  bool transposed = false; ///< linear weights are stored as [in, out]
  float normAddend = 0;    ///< the scale of a norm is this and its weight
  bool embedIsHead = false;      ///< tied, and stored under the head's name
  bool interleavedHeads = false; ///< rows of q and k, see SourceTensor
};

/// How a format names its tensors.
struct TensorNaming {
  /// File's name of a common name (see Checkpoint::tensors).
  std::string (*sourceName)(std::string_view commonName);
  /// A name that models of these families carry along but never use.
  bool (*isIgnored)(std::string_view sourceName);
  /// Starts names of some files, but not of all.
  std::string_view optionalPrefix = {};
};

/// Puts the tensors that `checkpoint.config` asks for into
/// `checkpoint.tensors`, or says what is wrong.
void collectDecoderTensors(const std::vector<FoundTensor> &found,
                           const DecoderParts &parts,
                           const TensorNaming &naming, Checkpoint &checkpoint,
                           Problems &problems);

/// What the matrices are stored as; see DecoderConfig::dtype.
std::string storedDtype(const std::map<std::string, SourceTensor> &tensors);

} // namespace llm

#endif // LLM_FRONTENDS_DECODERTENSORS_H

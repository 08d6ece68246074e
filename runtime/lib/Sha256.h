//===- Sha256.h - The SHA-256 hash ------------------------------*- C++ -*-===//
//
// FIPS 180-4. Objects carry the digest of their code and of their weights; the
// weights are gigabytes, so the CPU's SHA instructions are used where it has
// them.
//
//===----------------------------------------------------------------------===//

#ifndef LLMRT_LIB_SHA256_H
#define LLMRT_LIB_SHA256_H

#include <array>
#include <cstddef>
#include <cstdint>

namespace llmrt {

class Sha256 {
public:
  using Digest = std::array<uint8_t, 32>;

  void update(const void *bytes, size_t size);

  /// The digest of all bytes given. The object is used up.
  Digest finish();

  /// Takes `blocks` blocks of 64 bytes into `state`: in portable C++, and with
  /// the SHA instructions, which the CPU has if hasShaInstructions().
  static void compress(uint32_t state[8], const uint8_t *bytes, size_t blocks);
  static void compressWithInstructions(uint32_t state[8], const uint8_t *bytes,
                                       size_t blocks);
  static bool hasShaInstructions();

private:
  using Compress = void (*)(uint32_t[8], const uint8_t *, size_t);

  uint32_t state[8] = {0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a,
                       0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19};
  Compress compressBlocks =
      hasShaInstructions() ? compressWithInstructions : compress;
  uint8_t pending[64]; ///< bytes of a block not yet full
  size_t pendingBytes = 0;
  uint64_t totalBytes = 0;
};

} // namespace llmrt

#endif // LLMRT_LIB_SHA256_H

//===- LLMAttrs.td - Encodings and accesses --------------------*- tablegen -*-===//

#ifndef LLM_ATTRS
#define LLM_ATTRS

include "mlir/IR/AttrTypeBase.td"
include "dialects/llm/LLMDialect.td"
include "dialects/llm/LLMInterfaces.td"

class LLM_Attr<string name, string mnem, list<Trait> traits = []>
    : AttrDef<LLM_Dialect, name, traits> {
  let mnemonic = mnem;
}

def LLM_DenseAttr : LLM_Attr<"Dense", "dense",
    [DeclareAttrInterfaceMethods<LLM_EncodingInterface>]> {
  let summary = "Weights as numbers of one type";
  let description = [{
    Panels of 16 out features; inside a panel, in features are interleaved to 4
    bytes, as dot-product instructions want them: f32 lies as [K][16], bf16 and
    f16 as [K/2][16][2], i8 as [K/4][16][4]. Example: `#llm.dense<bf16>`.
  }];
  let parameters = (ins "::mlir::Type":$elementType);
  let assemblyFormat = "`<` $elementType `>`";
  let genVerifyDecl = 1;
}

def LLM_GroupedAttr : LLM_Attr<"Grouped", "grouped",
    [DeclareAttrInterfaceMethods<LLM_EncodingInterface>]> {
  let summary = "Weights as small integers with a scale for each group";
  let description = [{
    A weight is `scale * (q - zero) - minimum`, q an unsigned integer of `bits`
    bits (2, 3, 4, 5, 6 or 8), scale and minimum shared by `group` in features
    of one out feature. With `super` = 0 the scale is an f16, and so is the
    minimum if there is one. With `super` = n the scale is the product of an f16
    shared by n in features and an i8, and the minimum likewise (GGUF's K
    quants). Holds every GGUF block type without loss. Where files keep scales in
    f32, `scaleBits` is 32; with `zeros` each group has a zero point of its own.

    A block spans max(64, group, super) in features, cut into runs of 32. Of each
    run come the planes of 8, 4, 2 or 1 bits that add up to `bits`, lowest bits
    first. A plane of w bits is w vectors of 64 bytes; byte 4n + b of vector v
    holds, in its w-bit field f, out feature n at in feature 4(f w + v) + b of the
    run: so that a vector shifted and masked is an operand of a 4-way byte dot
    product. After the runs come, where present, sub-scales and sub-minimums (i8,
    [span/group][16]), zero points (i8, unsigned, [span/group][16]) and scales and
    minimums (f16 or f32, [span/group or 1][16]).

    Example: `#llm.grouped<bits = 4, group = 32, zero = 8, minimum = false, super = 0>`.
  }];
  let parameters = (ins "int64_t":$bits, "int64_t":$group, "int64_t":$zero,
                        "bool":$minimum, "int64_t":$super,
                        DefaultValuedParameter<"int64_t", "16">:$scaleBits,
                        DefaultValuedParameter<"bool", "false">:$zeros);
  let assemblyFormat = "`<` struct(params) `>`";
  let genVerifyDecl = 1;
}

def LLM_AccessAttr : LLM_Attr<"Access", "access"> {
  let summary = "What one tile of a phase touches of an operand";
  let description = [{
    Maps tile indices to the first row and column touched; `sizes` says how many
    (-1: all from there). For a packed weight the unit is panels. An operand
    whose place depends on data (KV pages, gathered rows) has an empty `sizes`.

    Example: `#llm.access<(d0, d1) -> (d0 * 12, 0), [12, -1]>`.
  }];
  let parameters = (ins "::mlir::AffineMap":$map,
                        OptionalArrayRefParameter<"int64_t">:$sizes);
  let assemblyFormat = "`<` $map (`,` `[` $sizes^ `]`)? `>`";
}

#endif

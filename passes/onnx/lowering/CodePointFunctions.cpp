//===- CodePointFunctions.cpp - What graphs do with code points, in MLIR --===//

#include "passes/onnx/lowering/Text.h"

using namespace llm::onnx;

/// The code point at an address that `left` bytes lie behind, and its bytes. A
/// byte that is no part of UTF-8 stands for itself, as -1.
constexpr const char *kDecode = R"mlir(
func.func @text.decode(%at: i64, %left: i64) -> (i64, i64) {
  %1 = arith.constant 1 : i64
  %2 = arith.constant 2 : i64
  %3 = arith.constant 3 : i64
  %4 = arith.constant 4 : i64
  %6 = arith.constant 6 : i64
  %minus = arith.constant -1 : i64
  %80 = arith.constant 0x80 : i64
  %C0 = arith.constant 0xC0 : i64
  %E0 = arith.constant 0xE0 : i64
  %F0 = arith.constant 0xF0 : i64
  %F8 = arith.constant 0xF8 : i64
  %low = arith.constant 0x3F : i64
  %a = func.call @text.byte(%at) : (i64) -> i64
  %is1 = arith.cmpi ult, %a, %80 : i64
  %lead = arith.cmpi uge, %a, %C0 : i64
  %below = arith.cmpi ult, %a, %F8 : i64
  %isE0 = arith.cmpi uge, %a, %E0 : i64
  %isF0 = arith.cmpi uge, %a, %F0 : i64
  %n23 = arith.select %isE0, %3, %2 : i64
  %n = arith.select %isF0, %4, %n23 : i64
  %fits = arith.cmpi ule, %n, %left : i64
  %multi0 = arith.andi %lead, %below : i1
  %multi = arith.andi %multi0, %fits : i1
  %code, %size = scf.if %multi -> (i64, i64) {
    // 7 - n bits of the first byte.
    %7 = arith.constant 7 : i64
    %bits = arith.subi %7, %n : i64
    %unit = arith.shli %1, %bits : i64
    %mask = arith.subi %unit, %1 : i64
    %start = arith.andi %a, %mask : i64
    %lower = arith.index_cast %1 : i64 to index
    %upper = arith.index_cast %n : i64 to index
    %step = arith.constant 1 : index
    %good = arith.constant true
    %value, %valid = scf.for %k = %lower to %upper step %step iter_args(%sum = %start, %ok = %good) -> (i64, i1) {
      %k64 = arith.index_cast %k : index to i64
      %place = arith.addi %at, %k64 : i64
      %byte = func.call @text.byte(%place) : (i64) -> i64
      %top = arith.andi %byte, %C0 : i64
      %isTail = arith.cmpi eq, %top, %80 : i64
      %both = arith.andi %ok, %isTail : i1
      %shifted = arith.shli %sum, %6 : i64
      %part = arith.andi %byte, %low : i64
      %next = arith.ori %shifted, %part : i64
      scf.yield %next, %both : i64, i1
    }
    %result = arith.select %valid, %value, %minus : i64
    %bytes = arith.select %valid, %n, %1 : i64
    scf.yield %result, %bytes : i64, i64
  } else {
    %result = arith.select %is1, %a, %minus : i64
    scf.yield %result, %1 : i64, i64
  }
  return %code, %size : i64, i64
}
)mlir";

/// Writes a code point; returns where the next one goes.
constexpr const char *kEncode = R"mlir(
func.func @text.encode(%to: i64, %code: i64) -> i64 {
  %1 = arith.constant 1 : i64
  %2 = arith.constant 2 : i64
  %3 = arith.constant 3 : i64
  %4 = arith.constant 4 : i64
  %6 = arith.constant 6 : i64
  %80 = arith.constant 0x80 : i64
  %800 = arith.constant 0x800 : i64
  %10000 = arith.constant 0x10000 : i64
  %F00 = arith.constant 0xF00 : i64
  %low = arith.constant 0x3F : i64
  %is1 = arith.cmpi ult, %code, %80 : i64
  %is2 = arith.cmpi ult, %code, %800 : i64
  %is3 = arith.cmpi ult, %code, %10000 : i64
  %n34 = arith.select %is3, %3, %4 : i64
  %n234 = arith.select %is2, %2, %n34 : i64
  %n = arith.select %is1, %1, %n234 : i64
  scf.if %is1 {
    %byte = arith.trunci %code : i64 to i8
    %pointer = llvm.inttoptr %to : i64 to !llvm.ptr
    llvm.store %byte, %pointer : i8, !llvm.ptr
  } else {
    %zero = arith.constant 0 : index
    %step = arith.constant 1 : index
    %upper = arith.index_cast %n : i64 to index
    scf.for %k = %zero to %upper step %step {
      %k64 = arith.index_cast %k : index to i64
      %back0 = arith.subi %n, %1 : i64
      %back = arith.subi %back0, %k64 : i64
      %shift = arith.muli %back, %6 : i64
      %bits = arith.shrui %code, %shift : i64
      // The first byte says by its high ones how many there are.
      %ones = arith.shrui %F00, %n : i64
      %isFirst = arith.cmpi eq, %k, %zero : index
      %tail0 = arith.andi %bits, %low : i64
      %tail = arith.ori %tail0, %80 : i64
      %head = arith.ori %bits, %ones : i64
      %value = arith.select %isFirst, %head, %tail : i64
      %byte = arith.trunci %value : i64 to i8
      %place = arith.addi %to, %k64 : i64
      %pointer = llvm.inttoptr %place : i64 to !llvm.ptr
      llvm.store %byte, %pointer : i8, !llvm.ptr
    }
  }
  %next = arith.addi %to, %n : i64
  return %next : i64
}
)mlir";

/// x with code points replaced, as a text at `to`. A row of the table is a code
/// point and what replaces it, up to three (0: none), as i32; ascending.
constexpr const char *kReplace = R"mlir(
func.func @text.replace(%to: i64, %x: i64, %table: i64, %rows: i64) {
  %0 = arith.constant 0 : i64
  %1 = arith.constant 1 : i64
  %4 = arith.constant 4 : i64
  %8 = arith.constant 8 : i64
  %16 = arith.constant 16 : i64
  %size = func.call @text.size(%x) : (i64) -> i64
  %first = arith.addi %x, %8 : i64
  %end = arith.addi %first, %size : i64
  %begin = arith.addi %to, %8 : i64
  %i, %free = scf.while (%at = %first, %out = %begin) : (i64, i64) -> (i64, i64) {
    %more = arith.cmpi ult, %at, %end : i64
    scf.condition(%more) %at, %out : i64, i64
  } do {
  ^bb0(%at: i64, %out: i64):
    %left = arith.subi %end, %at : i64
    %code, %bytes = func.call @text.decode(%at, %left) : (i64, i64) -> (i64, i64)
    %low, %high = scf.while (%a = %0, %b = %rows) : (i64, i64) -> (i64, i64) {
      %some = arith.cmpi ult, %a, %b : i64
      scf.condition(%some) %a, %b : i64, i64
    } do {
    ^bb0(%a: i64, %b: i64):
      %sum = arith.addi %a, %b : i64
      %middle = arith.shrui %sum, %1 : i64
      %offset = arith.muli %middle, %16 : i64
      %row = arith.addi %table, %offset : i64
      %pointer = llvm.inttoptr %row : i64 to !llvm.ptr
      %key32 = llvm.load %pointer : !llvm.ptr -> i32
      %key = arith.extui %key32 : i32 to i64
      %before = arith.cmpi slt, %key, %code : i64
      %next = arith.addi %middle, %1 : i64
      %newA = arith.select %before, %next, %a : i64
      %newB = arith.select %before, %b, %middle : i64
      scf.yield %newA, %newB : i64, i64
    }
    %offset = arith.muli %low, %16 : i64
    %row = arith.addi %table, %offset : i64
    %inside = arith.cmpi ult, %low, %rows : i64
    %known = scf.if %inside -> i1 {
      %pointer = llvm.inttoptr %row : i64 to !llvm.ptr
      %key32 = llvm.load %pointer : !llvm.ptr -> i32
      %key = arith.extui %key32 : i32 to i64
      %same = arith.cmpi eq, %key, %code : i64
      scf.yield %same : i1
    } else {
      scf.yield %inside : i1
    }
    %after = scf.if %known -> i64 {
      %from = arith.constant 1 : index
      %until = arith.constant 4 : index
      %step = arith.constant 1 : index
      %last = scf.for %k = %from to %until step %step iter_args(%place = %out) -> i64 {
        %k64 = arith.index_cast %k : index to i64
        %by = arith.muli %k64, %4 : i64
        %entry = arith.addi %row, %by : i64
        %pointer = llvm.inttoptr %entry : i64 to !llvm.ptr
        %new32 = llvm.load %pointer : !llvm.ptr -> i32
        %new = arith.extui %new32 : i32 to i64
        %some = arith.cmpi ne, %new, %0 : i64
        %written = scf.if %some -> i64 {
          %nextPlace = func.call @text.encode(%place, %new) : (i64, i64) -> i64
          scf.yield %nextPlace : i64
        } else {
          scf.yield %place : i64
        }
        scf.yield %written : i64
      }
      scf.yield %last : i64
    } else {
      func.call @text.copy(%out, %at, %bytes) : (i64, i64, i64) -> ()
      %place = arith.addi %out, %bytes : i64
      scf.yield %place : i64
    }
    %nextAt = arith.addi %at, %bytes : i64
    scf.yield %nextAt, %after : i64, i64
  }
  %written = arith.subi %free, %begin : i64
  %target = llvm.inttoptr %to : i64 to !llvm.ptr
  llvm.store %written, %target : i64, !llvm.ptr
  return
}
)mlir";

/// Whether an automaton that takes code points ends where it accepts. The table
/// of classes has rows of (last code point, class) as i32, ascending; that of
/// transitions i16 for each state and class, the last column standing for the
/// end, whose highest bit says that it accepts.
constexpr const char *kMatch = R"mlir(
func.func @text.match(%x: i64, %classes: i64, %next: i64, %columns: i64, %start: i64) -> i1 {
  %0 = arith.constant 0 : i64
  %1 = arith.constant 1 : i64
  %2 = arith.constant 2 : i64
  %8 = arith.constant 8 : i64
  %mask = arith.constant 0x7FFF : i64
  %size = func.call @text.size(%x) : (i64) -> i64
  %first = arith.addi %x, %8 : i64
  %end = arith.addi %first, %size : i64
  %i, %last = scf.while (%at = %first, %state = %start) : (i64, i64) -> (i64, i64) {
    %more = arith.cmpi ult, %at, %end : i64
    scf.condition(%more) %at, %state : i64, i64
  } do {
  ^bb0(%at: i64, %state: i64):
    %left = arith.subi %end, %at : i64
    %given, %bytes = func.call @text.decode(%at, %left) : (i64, i64) -> (i64, i64)
    %replacement = arith.constant 0xFFFD : i64
    %broken = arith.cmpi slt, %given, %0 : i64
    %code = arith.select %broken, %replacement, %given : i64
    %row = scf.while (%r = %classes) : (i64) -> i64 {
      %pointer = llvm.inttoptr %r : i64 to !llvm.ptr
      %last32 = llvm.load %pointer : !llvm.ptr -> i32
      %upper = arith.extui %last32 : i32 to i64
      %before = arith.cmpi slt, %upper, %code : i64
      scf.condition(%before) %r : i64
    } do {
    ^bb0(%r: i64):
      %nextRow = arith.addi %r, %8 : i64
      scf.yield %nextRow : i64
    }
    %four = arith.constant 4 : i64
    %classAt = arith.addi %row, %four : i64
    %classPointer = llvm.inttoptr %classAt : i64 to !llvm.ptr
    %class32 = llvm.load %classPointer : !llvm.ptr -> i32
    %class = arith.extui %class32 : i32 to i64
    %base = arith.muli %state, %columns : i64
    %place = arith.addi %base, %class : i64
    %offset = arith.muli %place, %2 : i64
    %entry = arith.addi %next, %offset : i64
    %pointer = llvm.inttoptr %entry : i64 to !llvm.ptr
    %step16 = llvm.load %pointer : !llvm.ptr -> i16
    %step = arith.extui %step16 : i16 to i64
    %newState = arith.andi %step, %mask : i64
    %nextAt = arith.addi %at, %bytes : i64
    scf.yield %nextAt, %newState : i64, i64
  }
  %after = arith.addi %last, %1 : i64
  %base = arith.muli %after, %columns : i64
  %place = arith.subi %base, %1 : i64
  %offset = arith.muli %place, %2 : i64
  %entry = arith.addi %next, %offset : i64
  %pointer = llvm.inttoptr %entry : i64 to !llvm.ptr
  %step16 = llvm.load %pointer : !llvm.ptr -> i16
  %step = arith.extui %step16 : i16 to i64
  %accepts = arith.cmpi ugt, %step, %mask : i64
  return %accepts : i1
}
)mlir";

llvm::ArrayRef<TextFunction> llm::onnx::codePointFunctions() {
  static const TextFunction functions[] = {
      {"text.decode", "text.byte", kDecode},
      {"text.encode", "", kEncode},
      {"text.match", "text.size text.decode", kMatch},
      {"text.replace", "text.size text.decode text.encode text.copy", kReplace},
  };
  return functions;
}

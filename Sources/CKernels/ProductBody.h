// The product for one instruction set and one element type. Product.c includes this file through
// ForEachReal.h. It defines PREFIX(x), which makes a name unique to the instruction set; TARGET,
// the attributes of its functions; BYTES, the size of a vector; and VECTORS and UNIT, the size of
// the register tile.
//
// The blocking and its names are those of BLIS (Goto & van de Geijn 2008; Van Zee & van de Geijn
// 2015): a register tile of C is MR × NR, and a packed panel of B is KC × NR. NR is VECTORS
// vectors. MR is 3 · UNIT: such a tile fills the registers, and one of 2 · UNIT rows still hides
// the latency of fma. A panel is packed into a buffer in the L1 cache, and all of A is multiplied
// with it. Each step of k loads VECTORS vectors of B, broadcasts one number of A for every row, and
// does rows × VECTORS fmas. Unlike BLIS, A is not packed but read in place with any strides: packing
// it would take 10 % of the time when n is one thread's slice of a batch.

#define OWN(X) PREFIX_(NAME(X))
#define PREFIX_(X) PREFIX(X)
#define LANES (BYTES / SIZE)
#define MR (3 * UNIT)
#define NR (VECTORS * LANES)

// The lower and the upper half of two interleaved vectors.
#if LANES == 16
#define LOWER 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23
#define UPPER 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31
#elif LANES == 8
#define LOWER 0, 8, 1, 9, 2, 10, 3, 11
#define UPPER 4, 12, 5, 13, 6, 14, 7, 15
#elif LANES == 4
#define LOWER 0, 4, 1, 5
#define UPPER 2, 6, 3, 7
#else
#define LOWER 0, 2
#define UPPER 1, 3
#endif

typedef REAL OWN(vector) __attribute__((ext_vector_type(LANES), aligned(sizeof(REAL)), may_alias));

// The operands of a tile: its rows of A, `depth` rows of B, and its place in C.
typedef struct {
  size_t depth;
  const REAL *a;
  size_t a_row, a_column;
  const REAL *b;
  size_t b_row;
  const REAL *bias;
  bool accumulate;
  REAL *c;
  size_t c_row;
} OWN(operands);

// The micro-kernel: one tile of C, height × vectors vectors. Both are constants in every call.
INLINE TARGET void OWN(micro_kernel)(size_t height, size_t vectors, OWN(operands) t) {
  typedef OWN(vector) vector;
  vector sum[MR][VECTORS];
  if (t.accumulate) {
    UNROLL for (size_t i = 0; i < height; i++)
      UNROLL for (size_t j = 0; j < vectors; j++)
        sum[i][j] = *(const vector *)(t.c + i * t.c_row + j * LANES);
  } else {
    UNROLL for (size_t i = 0; i < height; i++)
      UNROLL for (size_t j = 0; j < vectors; j++) sum[i][j] = t.bias ? t.bias[i] : 0;
  }
  const REAL *third[3];
  UNROLL for (size_t u = 0; u * UNIT < height; u++) third[u] = t.a + u * UNIT * t.a_row;
  for (size_t p = 0; p < t.depth; p++) {
    vector row[VECTORS];
    UNROLL for (size_t j = 0; j < vectors; j++) row[j] = *(const vector *)(t.b + j * LANES);
    t.b += t.b_row;
    UNROLL for (size_t i = 0; i < height; i++) {
      const vector factor = third[i / UNIT][i % UNIT * t.a_row];
      UNROLL for (size_t j = 0; j < vectors; j++)
        sum[i][j] = __builtin_elementwise_fma(factor, row[j], sum[i][j]);
    }
    UNROLL for (size_t u = 0; u * UNIT < height; u++) {
      third[u] += t.a_column;
      // Hides from the compiler that the three pointers are related. Otherwise one chain of
      // additions steps through all rows, and its twelve cycles bound the loop.
      __asm__("" : "+r"(third[u]));
    }
  }
  UNROLL for (size_t i = 0; i < height; i++)
    UNROLL for (size_t j = 0; j < vectors; j++)
      *(vector *)(t.c + i * t.c_row + j * LANES) = sum[i][j];
}

// Copies `count` < 2 · NR numbers.
INLINE TARGET void OWN(copy)(size_t count, const REAL *restrict from, REAL *restrict to) {
  UNROLL for (size_t part = NR; part > 0; part /= 2)
    if (count & part) {
      memcpy(to, from, part * sizeof(REAL));
      from += part;
      to += part;
    }
}

// A tile of `columns` columns. One that extends past the edge of C is computed in a buffer.
INLINE TARGET void OWN(tile)(size_t height, size_t vectors, size_t columns, OWN(operands) t) {
  alignas(64) REAL buffer[MR * NR];
  const bool whole = columns == vectors * LANES;
  OWN(operands) inner = t;
  if (!whole) {
    inner.c = buffer;
    inner.c_row = NR;
    if (t.accumulate)
      for (size_t i = 0; i < height; i++) OWN(copy)(columns, t.c + i * t.c_row, buffer + i * NR);
  }
  OWN(micro_kernel)(height, vectors, inner);
  if (!whole)
    for (size_t i = 0; i < height; i++) OWN(copy)(columns, buffer + i * NR, t.c + i * t.c_row);
}

// The m rows of C of one panel. Tiles of 3 and of 2 units run at full speed and add up to any whole
// number of units except 1. Tiles of 1 unit, of ½ unit, and single rows do the rest.
INLINE TARGET void OWN(tiles)(size_t m, size_t vectors, size_t columns, OWN(operands) t) {
  while (m > 0) {
    const size_t units = m / UNIT;
    size_t height;
    if (units >= 3 && units != 4) OWN(tile)(height = MR, vectors, columns, t);
    else if (units >= 2) OWN(tile)(height = 2 * UNIT, vectors, columns, t);
    else if (units == 1) OWN(tile)(height = UNIT, vectors, columns, t);
    else if (m >= UNIT / 2) OWN(tile)(height = UNIT / 2, vectors, columns, t);
    else OWN(tile)(height = 1, vectors, columns, t);
    m -= height;
    t.a += height * t.a_row;
    t.c += height * t.c_row;
    if (t.bias) t.bias += height;
  }
}

// Packs LANES columns of a transposed B, of `depth` numbers each, as `depth` rows of the panel. To
// transpose a square of vectors, each round interleaves their lower half with their upper half.
INLINE TARGET void OWN(transpose)(
    size_t columns, size_t depth, const REAL *restrict b, const uint32_t *index, size_t b_column,
    REAL *restrict panel, size_t width) {
  typedef OWN(vector) vector;
  const REAL *column[LANES];  // past the edge, the last column again
  for (size_t j = 0; j < LANES; j++) column[j] = b + AT(index, MIN(j, columns - 1)) * b_column;
  size_t p = 0;
  for (; p + LANES <= depth; p += LANES) {
    vector from[LANES], to[LANES];
    UNROLL for (size_t j = 0; j < LANES; j++) to[j] = *(const vector *)(column[j] + p);
    UNROLL for (size_t round = 1; round < LANES; round *= 2) {
      UNROLL for (size_t j = 0; j < LANES; j++) from[j] = to[j];
      UNROLL for (size_t j = 0; j < LANES / 2; j++) {
        to[2 * j] = __builtin_shufflevector(from[j], from[j + LANES / 2], LOWER);
        to[2 * j + 1] = __builtin_shufflevector(from[j], from[j + LANES / 2], UPPER);
      }
    }
    UNROLL for (size_t j = 0; j < LANES; j++) *(vector *)(panel + (p + j) * width) = to[j];
  }
  for (; p < depth; p++)
    for (size_t j = 0; j < LANES; j++) panel[p * width + j] = column[j][p];
}

// Packs a part of B, depth × columns, into a panel of `vectors` vectors per row.
INLINE TARGET void OWN(pack)(
    size_t vectors, size_t columns, size_t depth, const REAL *restrict b, const uint32_t *index,
    size_t b_row, size_t b_column, REAL *restrict panel) {
  typedef OWN(vector) vector;
  const size_t width = vectors * LANES;
  if (b_column == 1)
    for (size_t p = 0; p < depth; p++, panel += width) {
      const REAL *from = b + AT(index, p) * b_row;
      if (columns == width)
        UNROLL for (size_t j = 0; j < width; j += LANES)
          *(vector *)(panel + j) = *(const vector *)(from + j);
      else OWN(copy)(columns, from, panel);
    }
  else
    for (size_t j = 0; j < columns; j += LANES)
      OWN(transpose)(
          columns - j, depth, index ? b : b + j * b_column, index ? index + j : NULL, b_column,
          panel + j, width);
}

// Multiplies all of A with one panel of B. Packs the panel first, unless its rows are in order and
// it either has the layout of a packed panel or is used by a single tile.
INLINE TARGET void OWN(panel)(
    size_t m, size_t vectors, size_t columns, const uint32_t *index, size_t b_column,
    OWN(operands) t) {
  alignas(64) REAL panel[KC * NR];
  if (index || b_column != 1 || columns != vectors * LANES ||
      (m > MR && t.b_row != vectors * LANES)) {
    OWN(pack)(vectors, columns, t.depth, t.b, index, t.b_row, b_column, panel);
    t.b = panel;
    t.b_row = vectors * LANES;
  }
  OWN(tiles)(m, vectors, columns, t);
}

TARGET static void OWN(product)(const product_arguments *arguments) {
  const matrix_operand left = arguments->left, right = arguments->right;
  const output_matrix result = arguments->result;
  const size_t n = result.columns, k = right.rows;
  const bool transposed = right.column_stride != 1;
  for (size_t j = 0, columns; j < n; j += columns) {
    const size_t vectors = n - j > LANES ? VECTORS : 1;
    columns = MIN(n - j, vectors * LANES);
    size_t p = 0, depth;
    do {  // at least once: C must be set to the start of its sums even if k is 0
      const size_t panels = MAX(1, (k - p + KC - 1) / KC);
      depth = (k - p + panels - 1) / panels;
      // The index replaces the number of the row, or of the column if B is transposed.
      const size_t row = right.index && !transposed ? 0 : p;
      const size_t column = right.index && transposed ? 0 : j;
      const uint32_t *index = right.index ? right.index + (transposed ? j : p) : NULL;
      const OWN(operands) t = {
          depth, (const REAL *)left.base + p * left.column_stride, left.row_stride,
          left.column_stride,
          (const REAL *)right.base + row * right.row_stride + column * right.column_stride,
          right.row_stride, arguments->bias.base, arguments->accumulate || p > 0,
          (REAL *)result.base + j, result.stride};
      if (vectors == 1) OWN(panel)(result.rows, 1, columns, index, right.column_stride, t);
      else OWN(panel)(result.rows, VECTORS, columns, index, right.column_stride, t);
    } while ((p += depth) < k);
  }
}

#undef OWN
#undef PREFIX_
#undef LOWER
#undef UPPER
#undef LANES
#undef MR
#undef NR

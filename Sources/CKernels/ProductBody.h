// The product for one instruction set and one element type. Product.c includes this file, through
// ForEachReal.h, with these defined: PREFIX(x), which makes a name the instruction set's own;
// TARGET, the attributes of its functions; BYTES, the size of a vector; WIDE, the vectors across a
// tile; UNIT, such that a tile of 3·UNIT rows fills the registers and one of 2·UNIT rows still
// hides the latency of fma.
//
// B is cut into panels, at most DEPTH rows × WIDE vectors, packed into a buffer that the L1 cache
// holds while all of A meets it. Meanwhile a tile of C lives in registers: each step of k loads
// WIDE vectors of B and broadcasts one number of A for every row, and does rows × WIDE fmas.
// A is read where it lies, whatever its strides: packing it as well would cost a tenth of the time
// when n is a thread's share of a batch. (Goto & van de Geijn 2008; Van Zee & van de Geijn 2015.)

#define OWN(X) PREFIX_(NAME(X))
#define PREFIX_(X) PREFIX(X)
#define LANES (BYTES / SIZE)
#define TALL (3 * UNIT)
#define WIDTH (WIDE * LANES)

// The lower and the upper half of what interleaving two vectors gives.
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

// What a tile is made from: the rows of A that it meets, `depth` rows of B, and where it lies in C.
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
} OWN(task);

// One tile of C, height × wide vectors, both constants at every call.
INLINE TARGET void OWN(tile)(size_t height, size_t wide, OWN(task) t) {
  typedef OWN(vector) vector;
  vector sum[TALL][WIDE];
  if (t.accumulate) {
    UNROLL for (size_t i = 0; i < height; i++)
      UNROLL for (size_t j = 0; j < wide; j++)
        sum[i][j] = *(const vector *)(t.c + i * t.c_row + j * LANES);
  } else {
    UNROLL for (size_t i = 0; i < height; i++)
      UNROLL for (size_t j = 0; j < wide; j++) sum[i][j] = t.bias ? t.bias[i] : 0;
  }
  const REAL *third[3];
  UNROLL for (size_t u = 0; u * UNIT < height; u++) third[u] = t.a + u * UNIT * t.a_row;
  for (size_t p = 0; p < t.depth; p++) {
    vector row[WIDE];
    UNROLL for (size_t j = 0; j < wide; j++) row[j] = *(const vector *)(t.b + j * LANES);
    t.b += t.b_row;
    UNROLL for (size_t i = 0; i < height; i++) {
      const vector factor = third[i / UNIT][i % UNIT * t.a_row];
      UNROLL for (size_t j = 0; j < wide; j++)
        sum[i][j] = __builtin_elementwise_fma(factor, row[j], sum[i][j]);
    }
    UNROLL for (size_t u = 0; u * UNIT < height; u++) {
      third[u] += t.a_column;
      // Hides that the three pointers are related: else one chain of additions, twelve cycles long,
      // steps through all rows, and nothing is faster than that.
      __asm__("" : "+r"(third[u]));
    }
  }
  UNROLL for (size_t i = 0; i < height; i++)
    UNROLL for (size_t j = 0; j < wide; j++) *(vector *)(t.c + i * t.c_row + j * LANES) = sum[i][j];
}

// Copies `count` < 2·WIDTH numbers.
INLINE TARGET void OWN(copy)(size_t count, const REAL *restrict from, REAL *restrict to) {
  UNROLL for (size_t part = WIDTH; part > 0; part /= 2)
    if (count & part) {
      memcpy(to, from, part * sizeof(REAL));
      from += part;
      to += part;
    }
}

// A tile that is `columns` wide: one that hangs over the edge of C is made in a buffer.
INLINE TARGET void OWN(fit)(size_t height, size_t wide, size_t columns, OWN(task) t) {
  alignas(64) REAL buffer[TALL * WIDTH];
  const bool whole = columns == wide * LANES;
  OWN(task) made = t;
  if (!whole) {
    made.c = buffer;
    made.c_row = WIDTH;
    if (t.accumulate)
      for (size_t i = 0; i < height; i++) OWN(copy)(columns, t.c + i * t.c_row, buffer + i * WIDTH);
  }
  OWN(tile)(height, wide, made);
  if (!whole)
    for (size_t i = 0; i < height; i++) OWN(copy)(columns, buffer + i * WIDTH, t.c + i * t.c_row);
}

// The m rows of C under one panel. Tiles of 3 and of 2 units run at full speed and add up to any
// whole number of units but 1; what is left are tiles of 1 unit, ½ unit, and single rows.
INLINE TARGET void OWN(tiles)(size_t m, size_t wide, size_t columns, OWN(task) t) {
  while (m > 0) {
    const size_t units = m / UNIT;
    size_t height;
    if (units >= 3 && units != 4) OWN(fit)(height = TALL, wide, columns, t);
    else if (units >= 2) OWN(fit)(height = 2 * UNIT, wide, columns, t);
    else if (units == 1) OWN(fit)(height = UNIT, wide, columns, t);
    else if (m >= UNIT / 2) OWN(fit)(height = UNIT / 2, wide, columns, t);
    else OWN(fit)(height = 1, wide, columns, t);
    m -= height;
    t.a += height * t.a_row;
    t.c += height * t.c_row;
    if (t.bias) t.bias += height;
  }
}

// LANES columns of a transposed B, `depth` numbers each, become `depth` rows of the panel. Rounds
// of interleaving the upper half of the vectors with the lower transpose a square of them.
INLINE TARGET void OWN(transpose)(
    size_t columns, size_t depth, const REAL *restrict b, const uint32_t *index, size_t b_column,
    REAL *restrict panel, size_t width) {
  typedef OWN(vector) vector;
  const REAL *column[LANES];  // what hangs over the edge repeats the last column
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

// Copies a part of B, depth × columns, into the panel, `wide` vectors across.
INLINE TARGET void OWN(pack)(
    size_t wide, size_t columns, size_t depth, const REAL *restrict b, const uint32_t *index,
    size_t b_row, size_t b_column, REAL *restrict panel) {
  const size_t width = wide * LANES;
  if (b_column == 1 && columns == width)
    for (size_t p = 0; p < depth; p++)
      UNROLL for (size_t j = 0; j < width; j += LANES)
        *(OWN(vector) *)(panel + p * width + j) = *(const OWN(vector) *)(b + AT(index, p) * b_row + j);
  else if (b_column == 1)
    for (size_t p = 0; p < depth; p++) OWN(copy)(columns, b + AT(index, p) * b_row, panel + p * width);
  else
    for (size_t j = 0; j < columns; j += LANES)
      OWN(transpose)(
          columns - j, depth, index ? b : b + j * b_column, index ? index + j : NULL, b_column,
          panel + j, width);
}

// All of A with one panel of B, packed first, unless it is in order, and packed already or meets a
// single tile.
INLINE TARGET void OWN(panel)(
    size_t m, size_t wide, size_t columns, const uint32_t *index, size_t b_column, OWN(task) t) {
  alignas(64) REAL panel[DEPTH * WIDTH];
  if (index || b_column != 1 || columns != wide * LANES ||
      (m > TALL && t.b_row != wide * LANES)) {
    OWN(pack)(wide, columns, t.depth, t.b, index, t.b_row, b_column, panel);
    t.b = panel;
    t.b_row = wide * LANES;
  }
  OWN(tiles)(m, wide, columns, t);
}

TARGET static void OWN(product)(
    size_t m, size_t n, size_t k, const REAL *a, size_t a_row, size_t a_column, const REAL *b,
    const uint32_t *b_index, size_t b_row, size_t b_column, const REAL *bias, bool accumulate,
    REAL *c, size_t c_row) {
  for (size_t j = 0, columns; j < n; j += columns) {
    const size_t wide = n - j > LANES ? WIDE : 1;
    columns = MIN(n - j, wide * LANES);
    size_t p = 0, depth;
    do {  // at least once: the start of the chains must reach C even when k is 0
      const size_t panels = MAX(1, (k - p + DEPTH - 1) / DEPTH);
      depth = (k - p + panels - 1) / panels;
      // The index replaces the counting of rows, or of columns where B is transposed.
      const size_t row = b_index && b_column == 1 ? 0 : p;
      const size_t column = b_index && b_column != 1 ? 0 : j;
      const uint32_t *index = b_index ? b_index + (b_column == 1 ? p : j) : NULL;
      const OWN(task) t = {
          depth, a + p * a_column, a_row, a_column, b + row * b_row + column * b_column, b_row,
          bias, accumulate || p > 0, c + j, c_row};
      if (wide == 1) OWN(panel)(m, 1, columns, index, b_column, t);
      else OWN(panel)(m, WIDE, columns, index, b_column, t);
    } while ((p += depth) < k);
  }
}

#undef OWN
#undef PREFIX_
#undef LOWER
#undef UPPER
#undef LANES
#undef TALL
#undef WIDTH

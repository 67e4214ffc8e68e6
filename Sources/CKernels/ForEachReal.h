// A stand-in for generic functions: includes the file that BODY names twice, for float and for
// double. The body writes REAL for its element type, SIZE for that type's size in bytes, WORD for
// the unsigned integer of that size, and NAME(x) for its own names.
#define PASTE_(X, SUFFIX) X##SUFFIX
#define PASTE(X, SUFFIX) PASTE_(X, SUFFIX)
#define NAME(X) PASTE(X, SUFFIX)

#define REAL float
#define WORD uint32_t
#define SIZE 4
#define SUFFIX _f32
#include BODY
#undef REAL
#undef WORD
#undef SIZE
#undef SUFFIX

#define REAL double
#define WORD uint64_t
#define SIZE 8
#define SUFFIX _f64
#include BODY
#undef REAL
#undef WORD
#undef SIZE
#undef SUFFIX

#undef NAME
#undef PASTE
#undef PASTE_

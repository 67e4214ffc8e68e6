import CKernels

/// c = start + a · b for one shape, with random choices of the options.
struct Problem<T: Element> {
  let m: Int, n: Int, k: Int
  let transposedA: Bool, transposedB: Bool, accumulate: Bool
  let a: Matrix<T>, b: Matrix<T>, c: Matrix<T>
  let bias: [T]?
  /// The index of the rows of b, or of its columns if it is transposed.
  let index: [UInt32]?

  init(_ m: Int, _ n: Int, _ k: Int, using random: inout Sequence64) {
    (self.m, self.n, self.k) = (m, n, k)
    transposedA = Bool.random(using: &random)
    transposedB = Bool.random(using: &random)
    accumulate = Bool.random(using: &random)
    let gap = Int.random(in: 0...3, using: &random)
    a = Matrix(transposedA ? k : m, transposedA ? m : k, gap: gap, using: &random)
    b = Matrix(transposedB ? n : k, transposedB ? k : n, gap: gap, using: &random)
    c = Matrix(m, n, gap: gap, using: &random)
    bias = Bool.random(using: &random) ? random.reals(m) : nil
    let count = transposedB ? n : k
    index =
      count > 0 && Bool.random(using: &random)
      ? (0..<count).map { _ in .random(in: 0..<UInt32(count), using: &random) } : nil
  }

  func a(_ i: Int, _ p: Int) -> T { transposedA ? a[p, i] : a[i, p] }
  func b(_ p: Int, _ j: Int) -> T { transposedB ? b[indexed(j), p] : b[indexed(p), j] }
  private func indexed(_ i: Int) -> Int { index.map { Int($0[i]) } ?? i }

  /// The definition in KernelList.h.
  var reference: Matrix<T> {
    c.map { i, j in
      var sum = accumulate ? c[i, j] : bias?[i] ?? 0
      for p in 0..<k { sum.addProduct(a(i, p), b(p, j)) }
      return sum
    }
  }

  /// Writes the kernel's result for a part of C into `out`.
  func product(_ rows: Range<Int>, _ columns: Range<Int>, into out: inout Matrix<T>) {
    let (outStride, all) = (out.stride, 0..<k)
    a.withOperand(transposed: transposedA) { a in
      b.withOperand(transposed: transposedB) { b in
        (index ?? []).withView { index in
          (bias ?? []).withView(bias == nil ? nil : rows) { bias in
            out.withMutableView(columns) { out in
              var right = b
              if self.index == nil || !transposedB {
                right = right.part(all, columns, of: T.self)
              }
              if self.index != nil {
                right.index = index.base(as: UInt32.self) + (transposedB ? columns.lowerBound : 0)
              }
              (right.rows, right.columns) = (k, columns.count)
              let first = rows.lowerBound * outStride * MemoryLayout<T>.stride
              var arguments = product_arguments(
                left: a.part(rows, all, of: T.self), right: right,
                bias: self.bias == nil ? input_buffer() : bias, accumulate: accumulate,
                result: output_matrix(
                  base: out.pointee.base + first, rows: rows.count, columns: columns.count,
                  stride: outStride))
              T.kernels.product(&arguments)
            }
          }
        }
      }
    }
  }

  /// The kernel's result.
  var product: Matrix<T> {
    var out = c
    product(0..<m, 0..<n, into: &out)
    return out
  }
}

extension Matrix {
  /// Calls `body` with the matrix, or its transpose, as an operand of a product.
  func withOperand<R>(transposed: Bool, _ body: (matrix_operand) -> R) -> R {
    withView { view in
      body(
        matrix_operand(
          base: view.pointee.base, index: nil, rows: transposed ? columns : rows,
          columns: transposed ? rows : columns, row_stride: transposed ? 1 : stride,
          column_stride: transposed ? stride : 1))
    }
  }
}

extension matrix_operand {
  /// Some rows and columns of an operand without an index.
  fileprivate func part<T>(_ rows: Range<Int>, _ columns: Range<Int>, of _: T.Type) -> Self {
    let first = rows.lowerBound * row_stride + columns.lowerBound * column_stride
    return matrix_operand(
      base: base + first * MemoryLayout<T>.stride, index: nil, rows: rows.count,
      columns: columns.count, row_stride: row_stride, column_stride: column_stride)
  }
}

/// c = a · b, or c += a · b, for a and b or their transposes.
func product<T: Element>(
  _ a: Matrix<T>, transposed transposedA: Bool, _ b: Matrix<T>, transposed transposedB: Bool,
  accumulate: Bool, into c: inout Matrix<T>
) {
  a.withOperand(transposed: transposedA) { a in
    b.withOperand(transposed: transposedB) { b in
      c.withMutableView { c in
        var arguments = product_arguments(
          left: a, right: b, bias: input_buffer(), accumulate: accumulate, result: c.pointee)
        T.kernels.product(&arguments)
      }
    }
  }
}

import CKernels
import COpenBLAS
import Foundation
import Testing

/// c = start + a · b for one shape, with random choices of the options.
private struct Problem<T: Element> {
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
  fileprivate func withOperand<R>(transposed: Bool, _ body: (matrix_operand) -> R) -> R {
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
private func product<T: Element>(
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

/// The number of variants that this machine can run.
private let variants = (0...).prefix { product_variant_name($0) != nil }.count

// Serialized, because the variant in use is a setting of the process.
@Suite(.serialized) struct ProductTests {
  @Test func `each variant has a name, and the last one runs on every machine`() throws {
    let names = try (0..<variants).map { String(cString: try #require(product_variant_name($0))) }
    #if arch(x86_64)
      #expect(["x86-64-v4", "x86-64-v3", "portable"].suffix(variants) == names[...])
    #elseif arch(arm64)
      #expect(names == ["aarch64"])
    #endif
    #expect(product_variant_name(variants) == nil)
    #expect(product_variant_name(.max) == nil)
  }

  @Test(arguments: 0..<variants, elements)
  func `each element is one chain of fmas in the order of k`(
    variant: Int, element: any Element.Type
  ) {
    product_use_variant(variant)
    defer { product_use_variant(0) }
    func check<T: Element>(_: T.Type) {
      var random = Sequence64(state: 1)
      // Every height and width of a tile, then long sums, then random shapes.
      var shapes = (1...40).map { ($0, 33, 5) } + (1...70).map { (13, $0, 21) }
      shapes += [0, 1, 15, 16, 17, 255, 256, 257, 513].map { (5, 18, $0) }
      for _ in 0..<60 {
        shapes.append(
          (
            Int.random(in: 1...60, using: &random), Int.random(in: 1...80, using: &random),
            Int.random(in: 0...40, using: &random)
          ))
      }
      for (m, n, k) in shapes {
        let problem = Problem<T>(m, n, k, using: &random)
        #expect(same(problem.product, problem.reference), "\(m) × \(n) × \(k), \(T.self)")
      }
    }
    check(element)
  }

  @Test(arguments: 0..<variants)
  func `the shapes of layers match the chain if B is packed in several panels`(variant: Int) {
    product_use_variant(variant)
    defer { product_use_variant(0) }
    var random = Sequence64(state: 2)
    for (m, n, k) in [(26, 32, 784), (30, 100, 300), (1, 64, 256), (7, 784, 32)] {
      let problem = Problem<Float>(m, n, k, using: &random)
      #expect(same(problem.product, problem.reference), "\(m) × \(n) × \(k)")
    }
  }

  @Test(arguments: elements)
  func `splitting rows and columns anywhere changes no bit`(element: any Element.Type) {
    func check<T: Element>(_: T.Type) {
      var random = Sequence64(state: 3)
      for _ in 0..<50 {
        let problem = Problem<T>(
          Int.random(in: 2...50, using: &random), Int.random(in: 2...100, using: &random),
          Int.random(in: 1...300, using: &random), using: &random)
        let row = Int.random(in: 0...problem.m, using: &random)
        let column = Int.random(in: 0...problem.n, using: &random)
        var pieces = problem.c
        for rows in [0..<row, row..<problem.m] {
          for columns in [0..<column, column..<problem.n] {
            problem.product(rows, columns, into: &pieces)
          }
        }
        #expect(same(pieces, problem.product), "\(problem.m) × \(problem.n) × \(problem.k)")
      }
    }
    check(element)
  }

  @Test func `float products match BLAS within the error bound of two sums`() {
    var random = Sequence64(state: 4)
    let (m, n, k) = (57, 83, 311)
    let a = Matrix<Float>(m, k, gap: 0, using: &random)
    let b = Matrix<Float>(k, n, gap: 0, using: &random)
    var ours = Matrix<Float>(m, n, gap: 0) { _, _ in 0 }
    var theirs = ours
    product(a, transposed: false, b, transposed: false, accumulate: false, into: &ours)
    cblas_sgemm(
      CblasRowMajor, CblasNoTrans, CblasNoTrans, Int32(m), Int32(n), Int32(k), 1, a.numbers,
      Int32(k), b.numbers, Int32(n), 0, &theirs.numbers, Int32(n))
    for i in 0..<m {
      for j in 0..<n {
        // Each sum errs by at most k·u·Σ|a||b| (Higham 2002, section 3.1), whatever its order.
        let magnitude = (0..<k).reduce(Float(0)) { $0 + abs(a[i, $1] * b[$1, j]) }
        #expect(abs(ours[i, j] - theirs[i, j]) <= Float(k) * .ulpOfOne * magnitude)
      }
    }
  }

  @Test func `double products match BLAS within the error bound of two sums`() {
    var random = Sequence64(state: 5)
    let (m, n, k) = (31, 45, 130)
    let a = Matrix<Double>(k, m, gap: 0, using: &random)
    let b = Matrix<Double>(n, k, gap: 0, using: &random)
    var ours = Matrix<Double>(m, n, gap: 0, using: &random)
    var theirs = ours
    product(a, transposed: true, b, transposed: true, accumulate: true, into: &ours)
    cblas_dgemm(
      CblasRowMajor, CblasTrans, CblasTrans, Int32(m), Int32(n), Int32(k), 1, a.numbers,
      Int32(m), b.numbers, Int32(k), 1, &theirs.numbers, Int32(n))
    for i in 0..<m {
      for j in 0..<n {
        let magnitude = (0..<k).reduce(1.0) { $0 + abs(a[$1, i] * b[j, $1]) }
        #expect(abs(ours[i, j] - theirs[i, j]) <= Double(k + 1) * .ulpOfOne * magnitude)
      }
    }
  }

  @Test(arguments: 0..<variants)
  func `no variant accesses memory past the last element`(variant: Int) {
    product_use_variant(variant)
    defer { product_use_variant(0) }
    // Each operand ends at an unreadable page, so an access past its end is a fault.
    for (m, n, k) in [(1, 1, 1), (3, 7, 5), (13, 31, 20), (12, 32, 16), (25, 33, 33), (8, 17, 64)] {
      let (a, b, c) = (Guarded(m * k), Guarded(k * n), Guarded(m * n))
      let bias = Guarded(m)
      for transposed in [false, true] {
        for accumulate in [false, true] {
          for i in 0..<m * n { c.base[i] = 1 }
          var arguments = product_arguments(
            left: matrix_operand(
              base: a.base, index: nil, rows: m, columns: k, row_stride: transposed ? 1 : k,
              column_stride: transposed ? m : 1),
            right: matrix_operand(
              base: b.base, index: nil, rows: k, columns: n, row_stride: transposed ? 1 : n,
              column_stride: transposed ? k : 1),
            bias: input_buffer(base: bias.base, count: m), accumulate: accumulate,
            result: output_matrix(base: c.base, rows: m, columns: n, stride: n))
          Float.kernels.product(&arguments)
          #expect((0..<m * n).allSatisfy { c.base[$0] == (accumulate ? 1 : 0) })
        }
      }
    }
  }
}

/// Zeros that end at an unreadable page.
private final class Guarded {
  let base: UnsafeMutablePointer<Float>
  private let memory: UnsafeMutableRawPointer
  private let size: Int

  init(_ count: Int) {
    let page = sysconf(Int32(_SC_PAGESIZE))
    let bytes = count * MemoryLayout<Float>.stride
    let readable = (bytes + page - 1) / page * page
    size = readable + page
    memory = mmap(nil, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)
    precondition(memory != MAP_FAILED && mprotect(memory + readable, page, PROT_NONE) == 0)
    base = (memory + readable - bytes).assumingMemoryBound(to: Float.self)
  }

  deinit { munmap(memory, size) }
}

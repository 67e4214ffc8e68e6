import CKernels
import Testing

/// The transforms of Winograd's minimal filtering against the textbook's construction.
struct WinogradTests {
  /// A matrix by rows.
  private struct Table {
    var numbers: [[Double]]

    var transposed: Table {
      Table(numbers: numbers[0].indices.map { column in numbers.map { $0[column] } })
    }
  }

  /// Bᵀ, G and Aᵀ (Toom–Cook; Lavin & Gray 2016): at each point, and at infinity, the product of two
  /// polynomials' values. The even inputs with the even taps are one filter, the odd another.
  private static var matrices: [(winograd_matrix, Table)] {
    let all = [0, 1, -1, 0.5, -0.5]
    func rows(_ point: Double?, _ points: [Double], taps: Int) -> (input: [Double], taps: [Double])
    {
      let others = points.filter { $0 != point }
      // ∏ (x − other), lowest power first.
      var polynomial = [1.0]
      for other in others {
        polynomial = zip([0] + polynomial, polynomial + [0]).map { $0 - other * $1 }
      }
      guard let point else { return (polynomial, (0..<taps).map { $0 == taps - 1 ? 1 : 0 }) }
      let norm = others.map { point - $0 }.reduce(1, *)
      let powers = (0..<taps).map { (0..<$0).map { _ in point }.reduce(1, *) / norm }
      return (polynomial, powers)
    }
    func spread(_ row: [Double], over size: Int, from first: Int) -> [Double] {
      (0..<size).map { place in
        let (index, rest) = (place - first).quotientAndRemainder(dividingBy: 2)
        return rest == 0 && row.indices ~= index ? row[index] : 0
      }
    }
    var (input, kernel): ([[Double]], [[Double]]) = ([], [])
    for point in all.map(Optional.some) + [nil] {
      for (first, points, taps) in [(0, all, 3), (1, Array(all[..<4]), 2)] {
        if let point, !points.contains(point) { continue }
        let made = rows(point, points, taps: taps)
        input.append(spread(made.input, over: 11, from: first))
        kernel.append(spread(made.taps, over: 5, from: first))
      }
    }
    let output = (0..<4).map { power in
      all.map { point in (0..<power).map { _ in point }.reduce(1, *) } + [power == 3 ? 1 : 0]
    }
    return [
      (WINOGRAD_INPUT, Table(numbers: input)), (WINOGRAD_KERNEL, Table(numbers: kernel)),
      (WINOGRAD_OUTPUT, Table(numbers: output)),
    ]
  }

  @Test(arguments: elements)
  func `a transform is the matrix on both axes, term after term`(element: any Element.Type) {
    func check<T: Element>(_: T.Type) {
      var random = Sequence64(state: 1)
      for (name, table) in Self.matrices {
        for transposed in [false, true] {
          let matrix = transposed ? table.transposed : table
          for (columns, adding) in [(1, (0, 0)), (7, (3, 0)), (16, (0, 3)), (33, (2, 1))] {
            expectTransform(
              name, transposed, matrix.numbers.map { $0.map { T($0) } }, columns: columns,
              adding: adding, bias: columns == 16, using: &random)
          }
        }
      }
    }
    check(element)
  }

  private func expectTransform<T: Element>(
    _ name: winograd_matrix, _ transposed: Bool, _ matrix: [[T]], columns: Int,
    adding: (Int, Int), bias hasBias: Bool, using random: inout Sequence64
  ) {
    let (outs, ins, rows) = (matrix.count, matrix[0].count, 3)
    // A place for each number, of `rows` rows; every fifth is nowhere.
    func places(_ count: Int) -> [Int32] {
      (0..<count).shuffled(using: &random).map { $0 % 5 == 4 ? -1 : Int32($0 * rows) }
    }
    let (from, to) = (places(ins * ins), places(outs * outs))
    let x = Matrix<T>(ins * ins * rows, columns, gap: 2, using: &random)
    let y = Matrix<T>(outs * outs * rows, columns, gap: 5, using: &random)
    let bias: [T] = (0..<rows).map { _ in random.real() }
    func chain(_ factors: [T], _ numbers: [T]) -> T {
      let terms = zip(factors, numbers).filter { $0.0 != 0 }.map { $0.0 * $0.1 }
      return terms.dropFirst().reduce(terms[0], +)
    }
    var expected = y
    for row in 0..<rows {
      for column in 0..<columns {
        let square = (0..<ins).map { j in
          (0..<ins).map { i in
            let place = Int(from[i * ins + j])
            return place < 0 ? 0 : x[place + row, column]
          }
        }
        for p in 0..<outs {
          let half = square.map { chain(matrix[p], $0) }
          for q in 0..<outs where to[p * outs + q] >= 0 {
            let place = Int(to[p * outs + q]) + row
            var sum = chain(matrix[q], half)
            if hasBias { sum += bias[row] }
            if p < adding.0 || q < adding.1 { sum += y[place, column] }
            expected[place, column] = sum
          }
        }
      }
    }
    var result = y
    T.kernels.winograd(
      name, transposed, rows, columns, x.numbers, from, x.stride, x.stride, hasBias ? bias : nil,
      adding.0, adding.1, &result.numbers, to, y.stride, y.stride)
    #expect(same(result, expected), "\(name), transposed \(transposed), \(columns) columns")
  }

  @Test func `products added at their points make a correlation of stride two`() {
    var random = Sequence64(state: 2)
    let w = Matrix<Double>(25, 1, gap: 0, using: &random)
    let x = Matrix<Double>(121, 1, gap: 0, using: &random)
    func transform(_ name: winograd_matrix, _ x: [Double], to count: Int) -> [Double] {
      var y = [Double](repeating: 0, count: count)
      winograd_f64(
        name, false, 1, 1, x, x.indices.map(Int32.init), 1, 1, nil, 0, 0, &y,
        (0..<count).map(Int32.init), 1, 1)
      return y
    }
    let u = transform(WINOGRAD_KERNEL, w.numbers, to: 121)
    let v = transform(WINOGRAD_INPUT, x.numbers, to: 121)
    let points = [0, 0, 1, 1, 2, 2, 3, 3, 4, 5, 5]
    var m = [Double](repeating: 0, count: 36)
    for product in 0..<121 {
      m[points[product / 11] * 6 + points[product % 11]] += u[product] * v[product]
    }
    let y = transform(WINOGRAD_OUTPUT, m, to: 16)
    for place in 0..<16 {
      let sum = (0..<25).reduce(0) { sum, tap in
        let (row, column) = (2 * (place / 4) + tap / 5, 2 * (place % 4) + tap % 5)
        return sum + w[tap, 0] * x[row * 11 + column, 0]
      }
      #expect(abs(y[place] - sum) <= 1e-13)
    }
  }
}

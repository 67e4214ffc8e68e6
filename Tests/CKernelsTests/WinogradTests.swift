import CKernels
import Testing

/// Compares the transforms of Winograd's minimal filtering with the textbook's construction.
struct WinogradTests {
  /// A matrix as a list of rows.
  private struct Table {
    var numbers: [[Double]]

    var transposed: Table {
      Table(numbers: numbers[0].indices.map { column in numbers.map { $0[column] } })
    }
  }

  /// The matrices Bᵀ, G and Aᵀ for outputs × taps.
  private struct Filter {
    let outputs: Int, taps: Int
    let input: winograd_matrix, kernel: winograd_matrix, output: winograd_matrix
    /// The points of the even taps, those of the odd taps, and those that G is scaled for.
    let points: [[Double]], scale: [Double]

    /// The index of the point of each product.
    var pointIndices: [Int] {
      points[0].indices.flatMap { place in points.filter { place < $0.count }.map { _ in place } }
        + [points[0].count, points[0].count]
    }

    /// The matrices by Toom and Cook (Lavin & Gray 2016): a product of the values of two polynomials
    /// at each point and at infinity. The even inputs and taps are one filter, the odd ones another.
    var tables: (input: Table, kernel: Table, output: Table) {
      func norm(_ point: Double, _ points: [Double]) -> Double {
        points.filter { $0 != point }.map { point - $0 }.reduce(1, *)
      }
      func power(_ point: Double, _ exponent: Int) -> Double {
        (0..<exponent).map { _ in point }.reduce(1, *)
      }
      func rows(_ point: Double?, _ points: [Double], _ taps: Int) -> ([Double], [Double]) {
        // ∏ (x − other), lowest power first.
        var polynomial = [1.0]
        for other in points where other != point {
          polynomial = zip([0] + polynomial, polynomial + [0]).map { $0 - other * $1 }
        }
        guard let point else { return (polynomial, (0..<taps).map { $0 == taps - 1 ? 1 : 0 }) }
        // Undoes the scaling of G for points that this filter lacks.
        let all = scale.isEmpty ? points : scale
        let more = norm(point, all) / norm(point, points)
        return (
          polynomial.map { $0 * more }, (0..<taps).map { power(point, $0) / norm(point, all) }
        )
      }
      func spread(_ row: [Double], over size: Int, from first: Int) -> [Double] {
        (0..<size).map { place in
          let (index, rest) = (place - first).quotientAndRemainder(dividingBy: 2)
          return rest == 0 && row.indices ~= index ? row[index] : 0
        }
      }
      var (input, kernel): ([[Double]], [[Double]]) = ([], [])
      for point in points[0].map(Optional.some) + [nil] {
        for (first, points) in points.enumerated() {
          if let point, !points.contains(point) { continue }
          let made = rows(point, points, (taps + 1 - first) / 2)
          input.append(spread(made.0, over: 2 * outputs + taps - 2, from: first))
          kernel.append(spread(made.1, over: taps, from: first))
        }
      }
      let output = (0..<outputs).map { exponent in
        points[0].map { power($0, exponent) } + [exponent == outputs - 1 ? 1 : 0]
      }
      return (Table(numbers: input), Table(numbers: kernel), Table(numbers: output))
    }
  }

  private static let filters = [
    Filter(
      outputs: 4, taps: 5, input: WINOGRAD_INPUT_4X5, kernel: WINOGRAD_KERNEL_4X5,
      output: WINOGRAD_OUTPUT_4X5, points: [[0, 1, -1, 0.5, -0.5], [0, 1, -1, 0.5]], scale: []),
    Filter(
      outputs: 4, taps: 4, input: WINOGRAD_INPUT_4X4, kernel: WINOGRAD_KERNEL_4X4,
      output: WINOGRAD_OUTPUT_4X4, points: [[0, 1, -1, 0.5], [0, 1, -1, 0.5]], scale: []),
    Filter(
      outputs: 3, taps: 4, input: WINOGRAD_INPUT_3X4, kernel: WINOGRAD_KERNEL_4X4,
      output: WINOGRAD_OUTPUT_3X4, points: [[0, 1, -1], [0, 1, -1]], scale: [0, 1, -1, 0.5]),
  ]

  /// The pairs that the two axes can have.
  private static let pairs = filters.flatMap { down in
    filters.filter { $0.taps == down.taps }.map { (down, $0) }
  }

  @Test(arguments: elements)
  func `a transform applies a matrix to both axes, term by term`(element: any Element.Type) {
    func check<T: Element>(_: T.Type) {
      var random = Sequence64(state: 1)
      for (down, across) in Self.pairs {
        var cases = [
          (down.input, down.tables.input, across.input, across.tables.input),
          (down.output, down.tables.output, across.output, across.tables.output),
        ]
        // Three outputs share the filter transform of four, which has more points.
        if down.scale.isEmpty && across.scale.isEmpty {
          cases.append((down.kernel, down.tables.kernel, across.kernel, across.tables.kernel))
        }
        for (vertical, first, horizontal, second) in cases {
          for transposed in [false, true] {
            let tables = [first, second].map { table in
              (transposed ? table.transposed : table).numbers.map { $0.map { T($0) } }
            }
            for (columns, adding) in [(1, (0, 0)), (7, (3, 0)), (16, (0, 3)), (33, (2, 1))] {
              expectTransform(
                (vertical, horizontal), transposed, tables[0], tables[1], columns: columns,
                adding: adding, bias: columns != 7, using: &random)
            }
          }
        }
      }
    }
    check(element)
  }

  private func expectTransform<T: Element>(
    _ names: (winograd_matrix, winograd_matrix), _ transposed: Bool, _ vertical: [[T]],
    _ horizontal: [[T]], columns: Int, adding: (Int, Int), bias hasBias: Bool,
    using random: inout Sequence64
  ) {
    let rows = 3
    let (ins, outs) = (horizontal[0].count, horizontal.count)
    let (numbersIn, numbersOut) = (vertical[0].count * ins, vertical.count * outs)
    // An offset of `rows` rows for each element. Every fifth element is absent.
    func offsets(_ count: Int) -> [Int32] {
      (0..<count).shuffled(using: &random).map { $0 % 5 == 4 ? -1 : Int32($0 * rows) }
    }
    let (from, to) = (offsets(numbersIn), offsets(numbersOut))
    let x = Matrix<T>(numbersIn * rows, columns, gap: 2, using: &random)
    let y = Matrix<T>(numbersOut * rows, columns, gap: 5, using: &random)
    let bias: [T] = random.reals(rows)
    func chain(_ factors: [T], _ numbers: [T]) -> T {
      let terms = zip(factors, numbers).filter { $0.0 != 0 }.map { $0.0 * $0.1 }
      return terms.dropFirst().reduce(terms[0], +)
    }
    var expected = y
    for row in 0..<rows {
      for column in 0..<columns {
        let square = (0..<ins).map { j in
          vertical[0].indices.map { i in
            let place = Int(from[i * ins + j])
            return place < 0 ? 0 : x[place + row, column]
          }
        }
        for p in vertical.indices {
          let half = square.map { chain(vertical[p], $0) }
          for q in 0..<outs where to[p * outs + q] >= 0 {
            let place = Int(to[p * outs + q]) + row
            let old = p < adding.0 || q < adding.1
            expected[place, column] =
              chain(horizontal[q], half) + (old ? y[place, column] : hasBias ? bias[row] : 0)
          }
        }
      }
    }
    var result = y
    transform(
      names, transposed: transposed, x, from, bias: hasBias ? bias : nil, overlap: adding, rows,
      into: &result, to)
    #expect(same(result, expected), "\(names), transposed \(transposed), \(columns) columns")
  }

  /// Calls the kernel with one matrix of `rows` rows for each element of a tile.
  private func transform<T: Element>(
    _ matrices: (winograd_matrix, winograd_matrix), transposed: Bool, _ x: Matrix<T>,
    _ from: [Int32], bias: [T]?, overlap: (Int, Int), _ rows: Int, into y: inout Matrix<T>,
    _ to: [Int32]
  ) {
    x.withView { x in
      y.withMutableView { y in
        (bias ?? []).withView { biasView in
          from.withView { from in
            to.withView { to in
              var arguments = winograd_arguments(
                vertical: matrices.0, horizontal: matrices.1, transposed: transposed,
                input: input_gather(
                  base: x.pointee.base, offsets: from.base(as: Int32.self), unit: x.pointee.stride,
                  rows: rows,
                  columns: x.pointee.columns, stride: x.pointee.stride),
                bias: bias == nil ? input_buffer() : biasView,
                overlap: .init(rows: overlap.0, columns: overlap.1),
                output: output_gather(
                  base: y.pointee.base, offsets: to.base(as: Int32.self), unit: y.pointee.stride,
                  rows: rows,
                  columns: y.pointee.columns, stride: y.pointee.stride))
              T.kernels.winograd(&arguments)
            }
          }
        }
      }
    }
  }

  @Test func `transforms and products make a correlation of stride two`() {
    var random = Sequence64(state: 2)
    for (down, across) in Self.pairs {
      let (taps, ins) = (down.taps, 2 * across.outputs + across.taps - 2)
      let w = Matrix<Double>(taps * taps, 1, gap: 0, using: &random)
      let x = Matrix<Double>((2 * down.outputs + taps - 2) * ins, 1, gap: 0, using: &random)
      func transform(
        _ vertical: winograd_matrix, _ horizontal: winograd_matrix, _ x: [Double], to count: Int
      ) -> [Double] {
        var y = Matrix<Double>(count, 1, gap: 0) { _, _ in 0 }
        self.transform(
          (vertical, horizontal), transposed: false,
          Matrix(x.count, 1, gap: 0) { row, _ in x[row] },
          x.indices.map(Int32.init), bias: nil, overlap: (0, 0), 1, into: &y,
          (0..<count).map(Int32.init))
        return y.numbers
      }
      let all = down.tables.kernel.numbers.count + (down.scale.isEmpty ? 0 : 2)
      let u = transform(down.kernel, across.kernel, w.numbers, to: all * all)
      let v = transform(down.input, across.input, x.numbers, to: x.numbers.count)
      // The index among the products of four outputs; those of three lack the point ½.
      func product(_ index: Int, _ filter: Filter) -> Int {
        !filter.scale.isEmpty && index >= 6 ? index + 2 : index
      }
      let side = across.points[0].count + 1
      var m = [Double](repeating: 0, count: (down.points[0].count + 1) * side)
      for index in v.indices {
        let (i, j) = (index / ins, index % ins)
        m[down.pointIndices[i] * side + across.pointIndices[j]] +=
          u[product(i, down) * all + product(j, across)] * v[index]
      }
      let y = transform(down.output, across.output, m, to: down.outputs * across.outputs)
      for place in y.indices {
        let sum = (0..<taps * taps).reduce(0) { sum, tap in
          let row = 2 * (place / across.outputs) + tap / taps
          let column = 2 * (place % across.outputs) + tap % taps
          return sum + w[tap, 0] * x[row * ins + column, 0]
        }
        #expect(abs(y[place] - sum) <= 1e-13)
      }
    }
  }
}

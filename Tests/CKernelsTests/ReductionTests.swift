import CKernels
import Testing

/// A row's sum: sixteen lanes and a tree.
private func laneSum<T: Element>(_ columns: Int, _ term: (_ column: Int) -> T) -> T {
  var lanes = [T](repeating: 0, count: 16)
  for column in 0..<columns { lanes[column % 16] += term(column) }
  for half in [8, 4, 2, 1] {
    for lane in 0..<half { lanes[lane] += lanes[lane + half] }
  }
  return lanes[0]
}

struct ReductionTests {
  @Test(arguments: elements)
  func `a column's squares are one chain of fmas`(element: any Element.Type) {
    func check<T: Element>(_: T.Type) {
      var random = Sequence64(state: 1)
      for columns in widths {
        for rows in [0, 1, 37] {
          let x = Matrix<T>(rows, columns, gap: 3, using: &random)
          var out = [T](repeating: .nan, count: columns)
          T.kernels.columnSquares(rows, columns, x.numbers, x.stride, &out)
          let expected = (0..<columns).map { column in
            (0..<rows).reduce(T(0)) { $0.addingProduct(x[$1, column], x[$1, column]) }
          }
          #expect(same(out, expected))
        }
      }
    }
    check(element)
  }

  @Test(arguments: elements)
  func `a row's sum is sixteen lanes and a tree`(element: any Element.Type) {
    func check<T: Element>(_: T.Type) {
      var random = Sequence64(state: 2)
      for columns in widths {
        let x = Matrix<T>(5, columns, gap: 3, using: &random)
        let start = (0..<5).map { _ in random.real() as T }
        var out = start
        T.kernels.addRowSums(5, columns, x.numbers, x.stride, &out)
        let expected = (0..<5).map { row in
          start[row] + laneSum(columns) { x[row, $0] }
        }
        #expect(same(out, expected))
      }
    }
    check(element)
  }

  @Test(arguments: elements)
  func `a block's sums are its rows' sums in order, in double`(element: any Element.Type) {
    func check<T: Element>(_: T.Type) {
      var random = Sequence64(state: 3)
      for columns in widths {
        for rows in [0, 1, 7] {
          let x = Matrix<T>(rows, columns, gap: 3, using: &random)
          let y = Matrix<T>(rows, columns, gap: 1, using: &random)
          let center: T = random.real()
          func total(_ term: (Int, Int) -> T) -> Double {
            (0..<rows).reduce(0.0) { total, row in
              total + Double(laneSum(columns) { term(row, $0) })
            }
          }
          #expect(
            same(T.kernels.blockSum(rows, columns, x.numbers, x.stride), total { x[$0, $1] }))
          #expect(
            same(
              T.kernels.blockSquareDeviation(rows, columns, center, x.numbers, x.stride),
              total { (x[$0, $1] - center) * (x[$0, $1] - center) }))
          #expect(
            same(
              T.kernels.blockDot(rows, columns, center, x.numbers, x.stride, y.numbers, y.stride),
              total { (x[$0, $1] - center) * y[$0, $1] }))
        }
      }
    }
    check(element)
  }

  @Test(arguments: elements)
  func `one NaN or infinity anywhere reaches a block's sums`(element: any Element.Type) {
    func check<T: Element>(_: T.Type) {
      let ones = Matrix<T>(3, 37, gap: 2) { _, _ in 1 }
      for row in 0..<3 {
        for column in 0..<37 {
          for wrong: T in [.nan, .infinity] {
            var x = ones
            x[row, column] = wrong
            let sums = [
              T.kernels.blockSum(3, 37, x.numbers, 39),
              T.kernels.blockSquareDeviation(3, 37, 1, x.numbers, 39),
              T.kernels.blockDot(3, 37, 0, x.numbers, 39, ones.numbers, 39),
              T.kernels.blockDot(3, 37, 0, ones.numbers, 39, x.numbers, 39),
            ]
            #expect(sums.allSatisfy { same($0, Double(wrong)) })
          }
        }
      }
    }
    check(element)
  }

  @Test(arguments: elements)
  func `a column's sums in double are chains in the order of the rows`(element: any Element.Type) {
    func check<T: Element>(_: T.Type) {
      var random = Sequence64(state: 4)
      for columns in widths {
        for rows in [0, 1, 37] {
          let numbers: [T] = awkward(rows * columns, using: &random)
          let special = Matrix<T>(rows, columns, gap: 3) { numbers[$0 * columns + $1] }
          let y = Matrix<T>(rows, columns, gap: 1, using: &random)
          let center = (0..<columns).map { _ in random.real() as T }
          for x in [special, Matrix<T>(rows, columns, gap: 2, using: &random)] {
            func chains(_ term: (Int, Int) -> Double) -> [Double] {
              (0..<columns).map { column in
                (0..<rows).reduce(0.0) { $0 + term($1, column) }
              }
            }
            var out = [Double](repeating: .nan, count: columns)
            T.kernels.columnSums(rows, columns, x.numbers, x.stride, &out)
            #expect(same(out, chains { Double(x[$0, $1]) }))
            T.kernels.columnDots(rows, columns, x.numbers, x.stride, y.numbers, y.stride, &out)
            #expect(same(out, chains { Double(x[$0, $1]) * Double(y[$0, $1]) }))
            T.kernels.columnSquareDeviations(rows, columns, center, x.numbers, x.stride, &out)
            #expect(
              same(
                out,
                chains {
                  let deviation = Double(x[$0, $1]) - Double(center[$1])
                  return deviation * deviation
                }))
          }
        }
      }
    }
    check(element)
  }

  @Test(arguments: elements)
  func `one number past the bound anywhere is found, and nothing else is`(element: any Element.Type)
  {
    func check<T: Element>(_: T.Type) {
      for count in widths {
        var x = [T](repeating: .greatestFiniteMagnitude, count: count)
        if count > 2 { (x[0], x[1], x[2]) = (-.greatestFiniteMagnitude, .leastNonzeroMagnitude, 0) }
        #expect(T.kernels.allWithin(count, x, .greatestFiniteMagnitude))
        for place in 0..<count {
          let kept = x[place]
          for wrong: T in [.infinity, -.infinity, .nan, .signalingNaN, -.nan] {
            x[place] = wrong
            #expect(!T.kernels.allWithin(count, x, .greatestFiniteMagnitude))
          }
          x[place] = kept
        }
        for place in 0..<count {
          x = [T](repeating: -1, count: count)
          #expect(T.kernels.allWithin(count, x, 1) && !T.kernels.allWithin(count, x, T(1).nextDown))
          x[place] = T(1).nextUp
          #expect(!T.kernels.allWithin(count, x, 1))
        }
      }
    }
    check(element)
  }
}

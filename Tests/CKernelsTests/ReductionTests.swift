import CKernels
import Testing

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
          var lanes = [T](repeating: 0, count: 16)
          for column in 0..<columns { lanes[column % 16] += x[row, column] }
          for half in [8, 4, 2, 1] {
            for lane in 0..<half { lanes[lane] += lanes[lane + half] }
          }
          return start[row] + lanes[0]
        }
        #expect(same(out, expected))
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

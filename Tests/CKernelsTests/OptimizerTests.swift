import CKernels
import Testing

struct OptimizerTests {
  @Test(arguments: elements)
  func `Adam is its formula`(element: any Element.Type) {
    func check<T: Element>(_: T.Type) {
      var random = Sequence64(state: 1)
      let (beta1, c1, beta2, c2): (T, T, T, T) = (0.5, 0.5, 0.9, 0.1)
      let (step, root, epsilon): (T, T, T) = (2e-4, 3.1, 1e-8)
      for count in widths {
        let p = (0..<count).map { _ in random.real() as T }
        let m = (0..<count).map { _ in random.real() as T }
        let v = (0..<count).map { _ in abs(random.real() as T) }
        let g = (0..<count).map { _ in random.real() as T }
        var (newP, newM, newV) = (p, m, v)
        T.kernels.adam(
          count, &newP, &newM, &newV, g, beta1, c1, beta2, c2, step, root, epsilon)
        let expectedM = (0..<count).map { beta1 * m[$0] + c1 * g[$0] }
        let expectedV = (0..<count).map { beta2 * v[$0] + (c2 * g[$0]) * g[$0] }
        let expectedP = (0..<count).map {
          p[$0] - (step * expectedM[$0]) / (expectedV[$0].squareRoot() * root + epsilon)
        }
        #expect(same(newM, expectedM) && same(newV, expectedV) && same(newP, expectedP))
      }
    }
    check(element)
  }

  @Test(arguments: elements)
  func `RMSProp is its formula`(element: any Element.Type) {
    func check<T: Element>(_: T.Type) {
      var random = Sequence64(state: 2)
      let (alpha, c, rate, epsilon): (T, T, T, T) = (0.99, 1 - 0.99, 5e-5, 1e-8)
      for count in widths {
        let p = (0..<count).map { _ in random.real() as T }
        let v = (0..<count).map { _ in abs(random.real() as T) }
        let g = (0..<count).map { _ in random.real() as T }
        var (newP, newV) = (p, v)
        T.kernels.rmsprop(count, &newP, &newV, g, alpha, c, rate, epsilon)
        let expectedV = (0..<count).map { alpha * v[$0] + (c * g[$0]) * g[$0] }
        let expectedP = (0..<count).map {
          p[$0] - (rate * g[$0]) / (expectedV[$0].squareRoot() + epsilon)
        }
        #expect(same(newV, expectedV) && same(newP, expectedP))
      }
    }
    check(element)
  }

  @Test(arguments: elements)
  func `a parameter that no gradient has ever reached stays put`(element: any Element.Type) {
    func check<T: Element>(_: T.Type) {
      var (p, m, v): ([T], [T], [T]) = ([0.3], [0], [0])
      T.kernels.adam(1, &p, &m, &v, [0], 0, 1, 0.9, 0.1, 1e-4, 1, 1e-8)
      T.kernels.rmsprop(1, &p, &v, [0], 0.99, 0.01, 5e-5, 1e-8)
      #expect(p == [0.3] && m == [0] && v == [0])
    }
    check(element)
  }

  @Test(arguments: elements)
  func `clamping keeps what lies between the bounds, and NaN`(element: any Element.Type) {
    func check<T: Element>(_: T.Type) {
      var random = Sequence64(state: 3)
      for count in widths {
        let x: [T] = awkward(count, using: &random)
        for bound: T in [0.01, 1, 2] {
          var clamped = x
          T.kernels.clamp(count, &clamped, bound)
          #expect(same(clamped, x.map { $0.isNaN ? $0 : min(max($0, -bound), bound) }))
        }
      }
    }
    check(element)
  }
}

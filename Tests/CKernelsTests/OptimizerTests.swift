import CKernels
import Testing

struct OptimizerTests {
  @Test(arguments: elements)
  func `Adam matches its formula`(element: any Element.Type) {
    func check<T: Element>(_: T.Type) {
      var random = Sequence64(state: 1)
      let (beta1, beta2): (T, T) = (0.5, 0.9), (c1, c2): (T, T) = (0.5, 0.1)
      let (rate, root, epsilon): (T, T, T) = (2e-4, 3.1, 1e-8)
      for count in widths {
        let (p, m, g): ([T], [T], [T]) = (
          random.reals(count), random.reals(count), random.reals(count)
        )
        let v = (random.reals(count) as [T]).map { abs($0) }
        var (newP, newM, newV) = (p, m, v)
        adam(
          &newP, &newM, &newV, g,
          adam_constants(
            beta1: Double(beta1), one_minus_beta1: Double(c1), beta2: Double(beta2),
            one_minus_beta2: Double(c2), rate: Double(rate), root: Double(root),
            epsilon: Double(epsilon)))
        let expectedM = (0..<count).map { beta1 * m[$0] + c1 * g[$0] }
        let expectedV = (0..<count).map { beta2 * v[$0] + (c2 * g[$0]) * g[$0] }
        let expectedP = (0..<count).map {
          p[$0] - (rate * expectedM[$0]) / (expectedV[$0].squareRoot() * root + epsilon)
        }
        #expect(same(newM, expectedM) && same(newV, expectedV) && same(newP, expectedP))
      }
    }
    check(element)
  }

  @Test(arguments: elements)
  func `RMSProp matches its formula`(element: any Element.Type) {
    func check<T: Element>(_: T.Type) {
      var random = Sequence64(state: 2)
      // In float, the kernel rounds these doubles once.
      let constants = rmsprop_constants(
        alpha: 0.99, one_minus_alpha: 1 - 0.99, rate: 5e-5, epsilon: 1e-8)
      let (alpha, c) = (T(constants.alpha), T(constants.one_minus_alpha))
      let (rate, epsilon) = (T(constants.rate), T(constants.epsilon))
      for count in widths {
        let (p, g): ([T], [T]) = (random.reals(count), random.reals(count))
        let v = (random.reals(count) as [T]).map { abs($0) }
        var (newP, newV) = (p, v)
        rmsprop(&newP, &newV, g, constants)
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
  func `a parameter whose gradient is always 0 does not change`(element: any Element.Type) {
    func check<T: Element>(_: T.Type) {
      var (p, m, v): ([T], [T], [T]) = ([0.3], [0], [0])
      adam(
        &p, &m, &v, [0],
        adam_constants(
          beta1: 0, one_minus_beta1: 1, beta2: 0.9, one_minus_beta2: 0.1, rate: 1e-4, root: 1,
          epsilon: 1e-8))
      rmsprop(
        &p, &v, [0],
        rmsprop_constants(alpha: 0.99, one_minus_alpha: 0.01, rate: 5e-5, epsilon: 1e-8))
      #expect(p == [0.3] && m == [0] && v == [0])
    }
    check(element)
  }

  @Test(arguments: elements)
  func `clamp keeps numbers between the bounds, and NaN`(element: any Element.Type) {
    func check<T: Element>(_: T.Type) {
      var random = Sequence64(state: 3)
      for count in widths {
        let x: [T] = awkward(count, using: &random)
        for bound: T in [0.01, 1, 2] {
          var clamped = x
          clamped.withMutableView { T.kernels.clamp(Double(bound), $0) }
          #expect(same(clamped, x.map { $0.isNaN ? $0 : min(max($0, -bound), bound) }))
        }
      }
    }
    check(element)
  }

  private func adam<T: Element>(
    _ p: inout [T], _ m: inout [T], _ v: inout [T], _ g: [T], _ constants: adam_constants
  ) {
    g.withView { g in
      p.withMutableView { p in
        m.withMutableView { m in
          v.withMutableView { v in
            var constants = constants
            var buffers = adam_buffers(
              parameters: p.base, first_moments: m.base, second_moments: v.base,
              gradients: g.base(as: T.self), count: p.count)
            T.kernels.adam(&buffers, &constants)
          }
        }
      }
    }
  }

  private func rmsprop<T: Element>(
    _ p: inout [T], _ v: inout [T], _ g: [T], _ constants: rmsprop_constants
  ) {
    g.withView { g in
      p.withMutableView { p in
        v.withMutableView { v in
          var constants = constants
          var buffers = rmsprop_buffers(
            parameters: p.base, moments: v.base, gradients: g.base(as: T.self), count: p.count)
          T.kernels.rmsprop(&buffers, &constants)
        }
      }
    }
  }
}

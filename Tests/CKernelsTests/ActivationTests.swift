import CKernels
import Foundation
import Testing

struct ActivationTests {
  @Test(arguments: elements)
  func `leaky ReLU and its derivative are their formulas`(element: any Element.Type) {
    func check<T: Element>(_: T.Type) {
      var random = Sequence64(state: 1)
      for columns in widths {
        let numbers: [T] = awkward(3 * columns, using: &random)
        let x = Matrix<T>(3, columns, gap: 2) { numbers[$0 * columns + $1] }
        let d = Matrix<T>(3, columns, gap: 1, using: &random)
        for slope: T in [0, 0.2] {
          var y = x
          T.kernels.leakyReLU(3, columns, slope, &y.numbers, y.stride)
          #expect(same(y, x.map { x[$0, $1] > 0 ? x[$0, $1] : slope * x[$0, $1] }))

          var dx = d
          T.kernels.leakyReLUDerivative(
            3, columns, slope, x.numbers, x.stride, &dx.numbers, dx.stride)
          #expect(same(dx, d.map { x[$0, $1] > 0 ? d[$0, $1] : slope * d[$0, $1] }))
        }
      }
    }
    check(element)
  }

  @Test(arguments: elements)
  func `interpolation is its formula, also over one of its inputs`(element: any Element.Type) {
    func check<T: Element>(_: T.Type) {
      var random = Sequence64(state: 3)
      for columns in widths {
        let t = (0..<columns).map { _ in abs(random.real() as T) }
        let a = Matrix<T>(3, columns, gap: 1, using: &random)
        let b = Matrix<T>(3, columns, gap: 1, using: &random)
        let expected = a.map { b[$0, $1] + t[$1] * (a[$0, $1] - b[$0, $1]) }
        var (out, overA, overB) = (a, a, b)
        T.kernels.interpolate(
          3, columns, t, a.numbers, a.stride, b.numbers, b.stride, &out.numbers, out.stride)
        overA.numbers.withUnsafeMutableBufferPointer {
          T.kernels.interpolate(
            3, columns, t, $0.baseAddress, a.stride, b.numbers, b.stride, $0.baseAddress, a.stride)
        }
        overB.numbers.withUnsafeMutableBufferPointer {
          T.kernels.interpolate(
            3, columns, t, a.numbers, a.stride, $0.baseAddress, b.stride, $0.baseAddress, b.stride)
        }
        #expect(same(out, expected) && same(overA, expected) && same(overB, expected))
      }
    }
    check(element)
  }

  @Test(arguments: elements)
  func `every column is scaled by its own number`(element: any Element.Type) {
    func check<T: Element>(_: T.Type) {
      var random = Sequence64(state: 4)
      for columns in widths {
        let s = (0..<columns).map { _ in random.real() as T }
        let x = Matrix<T>(3, columns, gap: 2, using: &random)
        var scaled = x
        T.kernels.scaleColumns(3, columns, s, &scaled.numbers, scaled.stride)
        #expect(same(scaled, x.map { x[$0, $1] * s[$1] }))
      }
    }
    check(element)
  }

  /// tanh of each number, by the kernel.
  private func kernelTanh(_ x: [Float]) -> [Float] {
    var y = x
    hyperbolic_tangent_f32(1, y.count, &y, y.count)
    return y
  }

  @Test func `tanh errs by less than 2 ulp, is odd and at most 1, on a sweep of all floats`() {
    let sweep = stride(from: UInt32(0), through: Float.infinity.bitPattern, by: 4099)
    let x = sweep.map { Float(bitPattern: $0) }
    let y = kernelTanh(x)
    let negative = kernelTanh(x.map { -$0 })
    var greatest = 0.0
    var sound = true
    for i in x.indices {
      let error = abs(Double(y[i]) - tanh(Double(x[i]))) / Double(y[i].ulp)
      greatest = max(greatest, error)
      sound = sound && negative[i].bitPattern == (-y[i]).bitPattern && y[i] <= 1
    }
    #expect(greatest <= 2)
    #expect(sound)
  }

  @Test func `tanh never falls where its two formulas meet`() {
    let x = (0..<20_000).map { Float(bitPattern: Float(0.625).bitPattern - 10_000 + $0) }
    let y = kernelTanh(x)
    #expect(zip(y, y.dropFirst()).allSatisfy { $0.0 <= $0.1 + $0.1.ulp })
  }

  @Test func `tanh has the same bits on every machine`() {
    // FNV-1a of a sweep's results. If a formula is changed on purpose, so is this number.
    let x = stride(from: UInt32(0), through: Float.infinity.bitPattern, by: 65_537)
      .map { Float(bitPattern: $0) }
    let hash = kernelTanh(x).reduce(UInt64(0xcbf2_9ce4_8422_2325)) {
      ($0 ^ UInt64($1.bitPattern)) &* 0x100_0000_01b3
    }
    #expect(hash == 433_558_322_001_385_797)
  }

  @Test func `tanh at the ends`() {
    let y = kernelTanh([.infinity, -.infinity, .nan, 0, -0.0, .leastNonzeroMagnitude, 1e30])
    #expect(y[0] == 1 && y[1] == -1 && y[2].isNaN && y[6] == 1)
    #expect(y[3].bitPattern == 0 && y[4].bitPattern == Float(-0.0).bitPattern)
    #expect(y[5] == .leastNonzeroMagnitude)
  }

  /// NaNs of either sign, with a bit anywhere in the payload, and all bits.
  private static let notNumbers: [Float] =
    (0...22).map { Float(bitPattern: 0x7fc0_0000 | 1 << $0) }
    + (0...22).map { Float(bitPattern: 0xffc0_0000 | 1 << $0) } + [Float(bitPattern: .max)]

  @Test func `no NaN becomes a number in tanh or in the sigmoid`() {
    #expect(kernelTanh(Self.notNumbers).allSatisfy { $0.isNaN })
    #expect(kernelSigmoid(Self.notNumbers).allSatisfy { $0.isNaN })
  }

  @Test func `the width of a block changes no bit of tanh`() {
    var random = Sequence64(state: 5)
    let x = Matrix<Float>(1, 130, gap: 0) { _, _ in 4 * random.real() }
    let y = kernelTanh(x.numbers)
    for columns in widths {
      var part = Matrix<Float>(1, columns, gap: 3) { x[$0, $1] }
      let expected = part.map { y[$1 + 130 * $0] }
      hyperbolic_tangent_f32(1, columns, &part.numbers, part.stride)
      #expect(same(part, expected))
    }
  }

  @Test func `tanh of a double is the C library's`() {
    var random = Sequence64(state: 6)
    let x = Matrix<Double>(3, 21, gap: 2) { _, _ in 4 * random.real() }
    var y = x
    hyperbolic_tangent_f64(3, 21, &y.numbers, y.stride)
    #expect(same(y, x.map { tanh(x[$0, $1]) }))
  }

  /// The sigmoid of each number, by the kernel.
  private func kernelSigmoid(_ x: [Float]) -> [Float] {
    var y = x
    sigmoid_f32(1, y.count, &y, y.count)
    return y
  }

  @Test func `the sigmoid errs by less than 2.5 ulp on a sweep of all floats, denormals too`() {
    let positive = stride(from: UInt32(0), through: Float.infinity.bitPattern, by: 4099)
      .map { Float(bitPattern: $0) }
    // The densest part of the sweep is next to 0; here the result itself goes from 1 to denormals.
    let falling = stride(from: Float(-110), through: 20, by: 0x1p-10)
    let x = positive + positive.map { -$0 } + falling
    let greatest = zip(x, kernelSigmoid(x)).reduce(0.0) { greatest, pair in
      max(greatest, abs(Double(pair.1) - 1 / (1 + exp(-Double(pair.0)))) / Double(pair.1.ulp))
    }
    #expect(greatest <= 2.5)
  }

  @Test func `the sigmoid has the same bits on every machine`() {
    // FNV-1a of a sweep's results. If a formula is changed on purpose, so is this number.
    let x = stride(from: UInt32(0), through: Float.infinity.bitPattern, by: 65_537)
      .map { Float(bitPattern: $0) }
    let hash = kernelSigmoid(x + x.map { -$0 }).reduce(UInt64(0xcbf2_9ce4_8422_2325)) {
      ($0 ^ UInt64($1.bitPattern)) &* 0x100_0000_01b3
    }
    #expect(hash == 6_288_514_209_635_033_142)
  }

  @Test func `the sigmoid at the ends`() {
    let x: [Float] = [.infinity, -.infinity, 1e30, -1e30, 104.5, -104.5, -103.5, 0, -0.0]
    let least = Float.leastNonzeroMagnitude
    #expect(kernelSigmoid(x) == [1, 0, 1, 0, 1, 0, least, 0.5, 0.5])
    #expect(kernelSigmoid([-.infinity, -1e30]).allSatisfy { $0.sign == .plus })
  }

  @Test func `the width of a block changes no bit of the sigmoid`() {
    expectElementwise(inputs: 0) { rows, columns, _, x in
      sigmoid_f32(rows, columns.count, x.base, x.stride)
    } formula: { _, _, _, x in
      kernelSigmoid([x])[0]
    }
  }

  @Test func `the sigmoid of a double is its formula, with the C library's exponential`() {
    expectElementwise(inputs: 0) { rows, columns, _, x in
      sigmoid_f64(rows, columns.count, x.base, x.stride)
    } formula: { _, _, _, x in
      let z = exp(-abs(x))
      return (x < 0 ? z : 1) / (1 + z)
    }
  }

  @Test(arguments: elements)
  func `the derivatives of tanh and the sigmoid are their formula`(element: any Element.Type) {
    func check<T: Element>(_: T.Type) {
      for (gamma, delta): (T, T) in [(1, 0), (0, 1), (-0.2, 0.9)] {
        expectElementwise(inputs: 1) { rows, columns, x, d in
          T.kernels.multiplyBySlope(
            rows, columns.count, gamma, delta, x[0].base, x[0].stride, d.base, d.stride)
        } formula: { (_, _, y: [T], d) in
          d * (gamma + y[0] * (delta - y[0]))
        }
      }
    }
    check(element)
  }

  @Test(arguments: elements)
  func `curvature is added by its formula`(element: any Element.Type) {
    func check<T: Element>(_: T.Type) {
      for (gamma, delta): (T, T) in [(1, 0), (0, 1), (-0.2, 0.9)] {
        expectElementwise(inputs: 3) { rows, columns, x, out in
          T.kernels.addCurvature(
            rows, columns.count, gamma, delta, x[0].base, x[0].stride, x[1].base, x[1].stride,
            x[2].base, x[2].stride, out.base, out.stride)
        } formula: { (_, _, x: [T], out) in
          let slope = (delta - 2 * x[0]) * (gamma + x[0] * (delta - x[0]))
          return out + (slope * x[1]) * x[2]
        }
      }
    }
    check(element)
  }
}

import CKernels
import Foundation
import Testing

struct ActivationTests {
  @Test(arguments: elements)
  func `leaky ReLU and its derivative match their formulas`(element: any Element.Type) {
    func check<T: Element>(_: T.Type) {
      for slope: T in [0, 0.2] {
        expectElementwise(inputs: 0) { _, _, x in
          T.kernels.leaky_relu(x, Double(slope))
        } formula: { (_, _, _: [T], x) in
          x > 0 ? x : slope * x
        }
        expectElementwise(inputs: 1) { _, y, d in
          T.kernels.leaky_relu_derivative(y[0], Double(slope), d)
        } formula: { (_, _, y: [T], d) in
          y[0] > 0 ? d : slope * d
        }
      }
    }
    check(element)
  }

  @Test(arguments: elements)
  func `interpolation matches its formula, also in place`(element: any Element.Type) {
    func check<T: Element>(_: T.Type) {
      var random = Sequence64(state: 3)
      let t = (random.reals(130) as [T]).map { abs($0) }
      expectElementwise(inputs: 2, over: [0, 1]) { columns, x, out in
        t.withView(columns) { T.kernels.interpolate($0, x[0], x[1], out) }
      } formula: { (_, column, x: [T], _) in
        x[1] + t[column] * (x[0] - x[1])
      }
    }
    check(element)
  }

  @Test(arguments: elements)
  func `each column is scaled by its own number`(element: any Element.Type) {
    func check<T: Element>(_: T.Type) {
      var random = Sequence64(state: 4)
      let s: [T] = random.reals(130)
      expectElementwise(inputs: 0) { columns, _, x in
        s.withView(columns) { T.kernels.scale_columns($0, x) }
      } formula: { (_, column, _: [T], x) in
        x * s[column]
      }
    }
    check(element)
  }

  /// tanh of each number, computed by the kernel.
  private func kernelTanh(_ x: [Float]) -> [Float] {
    var y = Matrix(1, x.count, gap: 0) { x[$1] }
    y.withMutableView { Float.kernels.tanh($0) }
    return y.numbers
  }

  @Test func `tanh is odd, at most 1 and within 2 ulp, on a sweep of all floats`() {
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

  @Test func `tanh does not decrease where its two formulas meet`() {
    let x = (0..<20_000).map { Float(bitPattern: Float(0.625).bitPattern - 10_000 + $0) }
    let y = kernelTanh(x)
    #expect(zip(y, y.dropFirst()).allSatisfy { $0.0 <= $0.1 + $0.1.ulp })
  }

  @Test func `tanh has the same bits on every machine`() {
    // FNV-1a hash of a sweep. It changes only if a formula is changed on purpose.
    let x = stride(from: UInt32(0), through: Float.infinity.bitPattern, by: 65_537)
      .map { Float(bitPattern: $0) }
    let hash = kernelTanh(x).reduce(UInt64(0xcbf2_9ce4_8422_2325)) {
      ($0 ^ UInt64($1.bitPattern)) &* 0x100_0000_01b3
    }
    #expect(hash == 433_558_322_001_385_797)
  }

  @Test func `tanh is exact at infinities, NaN, zeros and the smallest float`() {
    let y = kernelTanh([.infinity, -.infinity, .nan, 0, -0.0, .leastNonzeroMagnitude, 1e30])
    #expect(y[0] == 1 && y[1] == -1 && y[2].isNaN && y[6] == 1)
    #expect(y[3].bitPattern == 0 && y[4].bitPattern == Float(-0.0).bitPattern)
    #expect(y[5] == .leastNonzeroMagnitude)
  }

  /// NaNs of either sign with each single bit of the payload, and one with all bits.
  private static let notNumbers: [Float] =
    (0...22).map { Float(bitPattern: 0x7fc0_0000 | 1 << $0) }
    + (0...22).map { Float(bitPattern: 0xffc0_0000 | 1 << $0) } + [Float(bitPattern: .max)]

  @Test func `tanh and sigmoid of a NaN are NaN`() {
    #expect(kernelTanh(Self.notNumbers).allSatisfy { $0.isNaN })
    #expect(kernelSigmoid(Self.notNumbers).allSatisfy { $0.isNaN })
  }

  @Test func `the width of a matrix changes no bit of tanh`() {
    expectElementwise(inputs: 0) { _, _, x in
      Float.kernels.tanh(x)
    } formula: { _, _, _, x in
      kernelTanh([x])[0]
    }
  }

  @Test func `tanh of doubles is the C library's`() {
    expectElementwise(inputs: 0) { _, _, x in
      Double.kernels.tanh(x)
    } formula: { (_, _, _: [Double], x) in
      tanh(x)
    }
  }

  /// The sigmoid of each number, computed by the kernel.
  private func kernelSigmoid(_ x: [Float]) -> [Float] {
    var y = Matrix(1, x.count, gap: 0) { x[$1] }
    y.withMutableView { Float.kernels.sigmoid($0) }
    return y.numbers
  }

  @Test func `the sigmoid is within 2.5 ulp on a sweep of all floats, including denormals`() {
    let positive = stride(from: UInt32(0), through: Float.infinity.bitPattern, by: 4099)
      .map { Float(bitPattern: $0) }
    // The sweep is densest near 0. Here the result ranges from 1 to denormals.
    let falling = stride(from: Float(-110), through: 20, by: 0x1p-10)
    let x = positive + positive.map { -$0 } + falling
    let greatest = zip(x, kernelSigmoid(x)).reduce(0.0) { greatest, pair in
      max(greatest, abs(Double(pair.1) - 1 / (1 + exp(-Double(pair.0)))) / Double(pair.1.ulp))
    }
    #expect(greatest <= 2.5)
  }

  @Test func `the sigmoid has the same bits on every machine`() {
    // FNV-1a hash of a sweep. It changes only if a formula is changed on purpose.
    let x = stride(from: UInt32(0), through: Float.infinity.bitPattern, by: 65_537)
      .map { Float(bitPattern: $0) }
    let hash = kernelSigmoid(x + x.map { -$0 }).reduce(UInt64(0xcbf2_9ce4_8422_2325)) {
      ($0 ^ UInt64($1.bitPattern)) &* 0x100_0000_01b3
    }
    #expect(hash == 6_288_514_209_635_033_142)
  }

  @Test func `the sigmoid is exact at infinities, zeros and where it underflows`() {
    let x: [Float] = [.infinity, -.infinity, 1e30, -1e30, 104.5, -104.5, -103.5, 0, -0.0]
    let least = Float.leastNonzeroMagnitude
    #expect(kernelSigmoid(x) == [1, 0, 1, 0, 1, 0, least, 0.5, 0.5])
    #expect(kernelSigmoid([-.infinity, -1e30]).allSatisfy { $0.sign == .plus })
  }

  @Test func `the width of a matrix changes no bit of the sigmoid`() {
    expectElementwise(inputs: 0) { _, _, x in
      Float.kernels.sigmoid(x)
    } formula: { _, _, _, x in
      kernelSigmoid([x])[0]
    }
  }

  @Test func `the sigmoid of doubles matches its formula with the C library's exp`() {
    expectElementwise(inputs: 0) { _, _, x in
      Double.kernels.sigmoid(x)
    } formula: { (_, _, _: [Double], x) in
      let z = exp(-abs(x))
      return (x < 0 ? z : 1) / (1 + z)
    }
  }

  @Test(arguments: elements)
  func `the derivative of tanh and sigmoid matches its formula`(element: any Element.Type) {
    func check<T: Element>(_: T.Type) {
      for (gamma, delta): (T, T) in [(1, 0), (0, 1), (-0.2, 0.9)] {
        expectElementwise(inputs: 1) { _, y, d in
          T.kernels.tanh_or_sigmoid_derivative(
            tanh_or_sigmoid(gamma: Double(gamma), delta: Double(delta)), y[0], d)
        } formula: { (_, _, y: [T], d) in
          d * (gamma + y[0] * (delta - y[0]))
        }
      }
    }
    check(element)
  }

  @Test(arguments: elements)
  func `the second-order term matches its formula`(element: any Element.Type) {
    func check<T: Element>(_: T.Type) {
      for (gamma, delta): (T, T) in [(1, 0), (0, 1), (-0.2, 0.9)] {
        expectElementwise(inputs: 3) { _, x, out in
          T.kernels.add_second_order_term(
            tanh_or_sigmoid(gamma: Double(gamma), delta: Double(delta)), x[0], x[1], x[2], out)
        } formula: { (_, _, x: [T], out) in
          let slope = (delta - 2 * x[0]) * (gamma + x[0] * (delta - x[0]))
          return out + (slope * x[1]) * x[2]
        }
      }
    }
    check(element)
  }
}

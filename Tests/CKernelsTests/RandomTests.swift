import CKernels
import Foundation
import Testing

/// The four words of a counter and a key.
private func philox(_ c: [UInt32], _ key: UInt64) -> [UInt32] {
  let w = philox4x32(c[0], c[1], c[2], c[3], key).w
  return [w.0, w.1, w.2, w.3]
}

/// The two variates of two words.
private func boxMuller(_ even: UInt32, _ odd: UInt32) -> [Float] {
  var out: [Float] = [0, 0]
  box_muller(even, odd, &out)
  return out
}

struct RandomTests {
  @Test func `Philox matches its published test vectors`() {
    // Random123, tests/kat_vectors.
    #expect(
      philox([0, 0, 0, 0], 0) == [0x6627_e8d5, 0xe169_c58d, 0xbc57_ac4c, 0x9b00_dbd8])
    let ones = [UInt32](repeating: .max, count: 4)
    #expect(
      philox(ones, .max) == [0x408f_276d, 0x41c8_3b0e, 0xa20b_c7c6, 0x6d54_51fd])
    #expect(
      philox(
        [0x243f_6a88, 0x85a3_08d3, 0x1319_8a2e, 0x0370_7344], 0x299f_31d0_a409_3822)
        == [0xd16c_fe09, 0x94fd_cceb, 0x5001_e420, 0x2412_6ea1])
  }

  @Test func `ln is within 2 ulp over the whole range of words`() {
    // For odd = 0 the second variate is 0 and the first is r: −r²/2 = ln u. The square root halves
    // the relative error and adds half an ulp.
    var random = Sequence64(state: 1)
    var words = (0..<200_000).map { _ in UInt32(truncatingIfNeeded: random.next()) }
    words += (0..<20_000) + (0..<20_000).map { .max - $0 * 64 }  // the tail; u near 1
    var greatest = 0.0
    for word in words {
      let r = boxMuller(word, 0)
      let u = (Float(word) + 0.5) * 0x1p-32
      let exact = (-2 * log(Double(u))).squareRoot()
      #expect(r[1] == 0 || r[0] == 0)
      if u < 1 { greatest = max(greatest, abs(Double(r[0]) - exact) / Double(r[0].ulp)) }
    }
    #expect(greatest <= 2)
  }

  @Test func `cos and sin are within 1.5 ulp of 1 around the circle`() {
    // even = 0 gives the largest r, 6.76, and so the highest resolution.
    let r = Double(boxMuller(0, 0)[0])
    var greatest = 0.0
    for odd in stride(from: UInt32(0), through: .max - 20_000, by: 20_011) {
      let z = boxMuller(0, odd)
      let angle = 2 * Double.pi * Double(odd) * 0x1p-32
      greatest = max(greatest, abs(Double(z[0]) / r - cos(angle)))
      greatest = max(greatest, abs(Double(z[1]) / r - sin(angle)))
    }
    #expect(greatest <= 1.5 * Double(Float(1).ulp))
  }

  @Test func `extreme words give finite variates of at most 6.764`() {
    let words: [UInt32] = [0, 1, 0x1fff_ffff, 0x2000_0000, 0x8000_0000, .max - 1, .max]
    for even in words {
      for odd in words {
        for z in boxMuller(even, odd) { #expect(z.isFinite && abs(z) <= 6.764) }
      }
    }
    #expect(boxMuller(0, 0)[0] > 6.763)
    #expect(boxMuller(.max, 0) == [0, 0])
  }

  @Test(arguments: elements)
  func `a column of normals depends only on its number`(element: any Element.Type) {
    func check<T: Element>(_: T.Type) {
      let key: UInt64 = 7 + 8 << 32
      let (stream, step): (UInt32, UInt32) = (3, 5)
      func pair(_ even: UInt32, _ odd: UInt32) -> [T] {
        if T.self == Float.self { return boxMuller(even, odd).map { T($0) } }
        let radius = (-2 * log((Double(even) + 0.5) * 0x1p-32)).squareRoot()
        let angle = Double(odd) * (Double.pi * 0x1p-31)
        return [T(radius * cos(angle)), T(radius * sin(angle))]
      }
      for rows in [1, 2, 3, 4, 5, 9] {
        for columns in widths {
          for first: UInt32 in [0, 1000, .max - 20] {
            var out = Matrix<T>(rows, columns, gap: 2) { _, _ in 0 }
            let expected = out.map { row, column in
              let w = philox([first &+ UInt32(column), UInt32(row / 4), step, stream], key)
              return pair(w[row % 4 / 2 * 2], w[row % 4 / 2 * 2 + 1])[row % 2]
            }
            var position = random_position(key: key, stream: stream, step: step, first: first)
            out.withMutableView { T.kernels.fill_normal(&position, $0) }
            #expect(same(out, expected))
          }
        }
      }
    }
    check(element)
  }

  @Test(arguments: elements)
  func `a uniform depends only on its number, and has 24 bits`(element: any Element.Type) {
    func check<T: Element>(_: T.Type) {
      for count in widths {
        for first: UInt32 in [0, .max - 20] {
          var out = [T](repeating: -1, count: count)
          var position = random_position(key: 1 + 2 << 32, stream: 3, step: 4, first: first)
          out.withMutableView { T.kernels.fill_uniform(&position, $0) }
          let expected = (0..<count).map {
            T(philox([first &+ UInt32($0), 0, 4, 3], 1 + 2 << 32)[0] >> 8) / 0x1p24
          }
          #expect(same(out, expected))
        }
      }
    }
    check(element)
  }

  /// 2²⁰ normals: 1024 rows of 1024 columns.
  private static func normals(step: UInt32) -> [Float] {
    var out = Matrix<Float>(1024, 1024, gap: 0) { _, _ in 0 }
    var position = random_position(key: 2024 + 11 << 32, stream: 1, step: step, first: 3)
    out.withMutableView { Float.kernels.fill_normal(&position, $0) }
    return out.numbers
  }

  private static let normals = normals(step: 2)

  @Test func `normals have the moments of a normal distribution`() {
    // Bounds: five standard errors. The powers 1 to 4 have the variances 1, 2, 15 and 96.
    let n = Double(Self.normals.count)
    var sums = [0.0, 0, 0, 0]
    for z in Self.normals.lazy.map(Double.init) {
      sums[0] += z
      sums[1] += z * z
      sums[2] += z * z * z
      sums[3] += z * z * z * z
    }
    #expect(abs(sums[0] / n) < 5 / n.squareRoot())
    #expect(abs(sums[1] / n - 1) < 5 * (2 / n).squareRoot())
    #expect(abs(sums[2] / n) < 5 * (15 / n).squareRoot())
    #expect(abs(sums[3] / n - 3) < 5 * (96 / n).squareRoot())
  }

  @Test func `normals fill 64 equally likely bins evenly`() {
    var bins = [Int](repeating: 0, count: 64)
    for z in Self.normals {
      bins[min(63, Int(32 * erfc(-Double(z) / 2.0.squareRoot())))] += 1
    }
    let expected = Double(Self.normals.count) / 64
    let chiSquare = bins.reduce(0) {
      $0 + (Double($1) - expected) * (Double($1) - expected) / expected
    }
    // 63 degrees of freedom: mean 63, standard deviation 11.2. Too even is wrong, too.
    #expect(chiSquare > 20 && chiSquare < 120)
  }

  @Test func `neighbors in a row, in a column and in two steps are not correlated`() {
    let z = Self.normals
    let next = Self.normals(step: 3)
    let n = Double(z.count)
    func correlation(_ x: some Sequence<Float>, _ y: some Sequence<Float>) -> Double {
      zip(x, y).reduce(0) { $0 + Double($1.0) * Double($1.1) } / n
    }
    #expect(abs(correlation(z, z.dropFirst())) < 5 / n.squareRoot())
    #expect(abs(correlation(z, z.dropFirst(1024))) < 5 / n.squareRoot())
    #expect(abs(correlation(z, z.dropFirst(2048))) < 5 / n.squareRoot())
    #expect(abs(correlation(z, next)) < 5 / n.squareRoot())
  }

  @Test func `uniforms fill 64 bins evenly and stay below 1`() {
    var u = [Float](repeating: 0, count: 1 << 18)
    var position = random_position(key: 2024 + 11 << 32, stream: 4, step: 0, first: 0)
    u.withMutableView { Float.kernels.fill_uniform(&position, $0) }
    var bins = [Int](repeating: 0, count: 64)
    for x in u { bins[Int(x * 64)] += 1 }
    #expect(u.allSatisfy { 0 <= $0 && $0 < 1 })
    let expected = Double(u.count) / 64
    let chiSquare = bins.reduce(0) {
      $0 + (Double($1) - expected) * (Double($1) - expected) / expected
    }
    #expect(chiSquare > 20 && chiSquare < 120)
  }
}

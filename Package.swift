// swift-tools-version: 6.2
import PackageDescription

let settings: [SwiftSetting] = [
  .swiftLanguageMode(.v6),
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("MemberImportVisibility"),
]

let package = Package(
  name: "wgan",
  targets: [
    // C libraries of the system: a module map and a header each
    .systemLibrary(
      name: "COpenBLAS", pkgConfig: "openblas", providers: [.apt(["libopenblas-dev"])]),
    .systemLibrary(name: "CPNG", pkgConfig: "libpng", providers: [.apt(["libpng-dev"])]),
    .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),

    // Libraries, in the order of the pipeline
    .target(name: "TensorIO", dependencies: ["CZlib"], swiftSettings: settings),
    .target(name: "IDXFormat", dependencies: ["CZlib", "TensorIO"], swiftSettings: settings),
    .target(name: "CKernels", cSettings: [.define("_GNU_SOURCE")]),
    .target(name: "WGAN", dependencies: ["CKernels", "TensorIO"], swiftSettings: settings),
    .target(name: "PNGFormat", dependencies: ["CPNG", "TensorIO"], swiftSettings: settings),

    // Tests
    .testTarget(name: "TensorIOTests", dependencies: ["TensorIO"], swiftSettings: settings),
    .testTarget(
      name: "IDXFormatTests", dependencies: ["IDXFormat", "TensorIO", "CZlib"],
      swiftSettings: settings),
    .testTarget(
      name: "CKernelsTests", dependencies: ["CKernels", "COpenBLAS"], swiftSettings: settings),
    .testTarget(name: "WGANTests", dependencies: ["WGAN", "TensorIO"], swiftSettings: settings),
    .testTarget(
      name: "PNGFormatTests", dependencies: ["PNGFormat", "TensorIO", "CPNG"],
      swiftSettings: settings),
  ]
)

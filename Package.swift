// swift-tools-version: 6.2
import PackageDescription

let settings: [SwiftSetting] = [
  .swiftLanguageMode(.v6),
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("MemberImportVisibility"),
]

// Of all that is run; tests look where it is not allowed.
let strict = settings + [.strictMemorySafety()]

let argumentParser: Target.Dependency =
  .product(name: "ArgumentParser", package: "swift-argument-parser")

let package = Package(
  name: "wgan",
  products: [
    .library(name: "TensorIO", targets: ["TensorIO"]),
    .library(name: "Engine", targets: ["Engine"]),
    .library(name: "WGAN", targets: ["WGAN"]),
    .executable(name: "idx2tensor", targets: ["idx2tensor"]),
    .executable(name: "cifar2tensor", targets: ["cifar2tensor"]),
    .executable(name: "png2tensor", targets: ["png2tensor"]),
    .executable(name: "wgan-init", targets: ["wgan-init"]),
    .executable(name: "wgan-step", targets: ["wgan-step"]),
    .executable(name: "wgan-sample", targets: ["wgan-sample"]),
    .executable(name: "tensor2png", targets: ["tensor2png"]),
    .executable(name: "tensor-info", targets: ["tensor-info"]),
    .executable(name: "wgan-plot", targets: ["wgan-plot"]),
    .executable(name: "metrics2tb", targets: ["metrics2tb"]),
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", exact: "1.8.2")
  ],
  targets: [
    // C libraries of the system: a module map and a header each
    .systemLibrary(
      name: "COpenBLAS", pkgConfig: "openblas", providers: [.apt(["libopenblas-dev"])]),
    .systemLibrary(name: "CPNG", pkgConfig: "libpng", providers: [.apt(["libpng-dev"])]),
    .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),

    // Libraries, in the order of the pipeline
    .target(name: "TensorIO", dependencies: ["CZlib"], swiftSettings: strict),
    .target(name: "IDXFormat", dependencies: ["CZlib", "TensorIO"], swiftSettings: strict),
    .target(name: "CKernels", cSettings: [.define("_GNU_SOURCE")]),
    .target(name: "Engine", dependencies: ["CKernels", "TensorIO"], swiftSettings: strict),
    .target(
      name: "WGAN", dependencies: ["Engine", "MetricsFormat", "TensorIO"], swiftSettings: strict),
    .target(name: "CPNGReader", dependencies: ["CPNG"]),
    .target(
      name: "PNGFormat", dependencies: ["CPNG", "CPNGReader", "TensorIO"], swiftSettings: strict),
    .target(name: "MetricsFormat", dependencies: ["TensorIO"], swiftSettings: strict),
    .target(
      name: "ToolSupport", dependencies: ["TensorIO", argumentParser], swiftSettings: strict),

    // Tools, in the order of the pipeline
    .executableTarget(
      name: "idx2tensor", dependencies: ["IDXFormat", "TensorIO", "ToolSupport", argumentParser],
      swiftSettings: strict),
    .executableTarget(
      name: "cifar2tensor", dependencies: ["IDXFormat", "TensorIO", "ToolSupport", argumentParser],
      swiftSettings: strict),
    .executableTarget(
      name: "png2tensor", dependencies: ["PNGFormat", "TensorIO", "ToolSupport", argumentParser],
      swiftSettings: strict),
    .executableTarget(
      name: "wgan-init",
      dependencies: ["Engine", "WGAN", "TensorIO", "ToolSupport", argumentParser],
      swiftSettings: strict),
    .executableTarget(
      name: "wgan-step",
      dependencies: ["Engine", "WGAN", "TensorIO", "ToolSupport", argumentParser],
      swiftSettings: strict),
    .executableTarget(
      name: "wgan-sample",
      dependencies: ["Engine", "WGAN", "TensorIO", "ToolSupport", argumentParser],
      swiftSettings: strict),
    .executableTarget(
      name: "tensor2png", dependencies: ["PNGFormat", "TensorIO", "ToolSupport", argumentParser],
      swiftSettings: strict),
    .executableTarget(
      name: "tensor-info", dependencies: ["TensorIO", "ToolSupport", argumentParser],
      swiftSettings: strict),
    .executableTarget(
      name: "wgan-plot",
      dependencies: ["MetricsFormat", "TensorIO", "ToolSupport", argumentParser],
      swiftSettings: strict),
    .executableTarget(
      name: "metrics2tb",
      dependencies: ["MetricsFormat", "TensorIO", "ToolSupport", argumentParser],
      swiftSettings: strict),

    // Tests
    .target(
      name: "TestSupport", dependencies: ["TensorIO"], path: "Tests/TestSupport",
      swiftSettings: settings),
    .testTarget(
      name: "TensorIOTests", dependencies: ["TestSupport", "TensorIO"], swiftSettings: settings),
    .testTarget(
      name: "IDXFormatTests", dependencies: ["TestSupport", "IDXFormat", "TensorIO", "CZlib"],
      swiftSettings: settings),
    .testTarget(
      name: "CKernelsTests", dependencies: ["CKernels", "COpenBLAS"], swiftSettings: settings),
    .testTarget(
      name: "WGANTests", dependencies: ["Engine", "WGAN", "TensorIO"], swiftSettings: settings),
    .testTarget(
      name: "PNGFormatTests",
      dependencies: ["TestSupport", "PNGFormat", "TensorIO", "CPNG", "CZlib"],
      swiftSettings: settings),
    .testTarget(
      name: "ToolSupportTests", dependencies: ["ToolSupport"], swiftSettings: settings),
    .testTarget(
      name: "MetricsFormatTests", dependencies: ["TestSupport", "MetricsFormat", "TensorIO"],
      swiftSettings: settings),
    .testTarget(
      name: "PipelineTests",
      dependencies: [
        "TensorIO", "idx2tensor", "cifar2tensor", "png2tensor", "wgan-init", "wgan-step",
        "wgan-sample", "tensor2png", "tensor-info", "wgan-plot",
        "metrics2tb",
      ],
      swiftSettings: settings),
  ]
)

// swift-tools-version: 6.2
import PackageDescription

// Your own package names the repository: .package(url: "…/wgan.git", from: "0.1.0").
let package = Package(
  name: "train-from-swift",
  dependencies: [.package(name: "wgan", path: "../..")],
  targets: [
    .executableTarget(
      name: "train-from-swift",
      dependencies: [
        .product(name: "Engine", package: "wgan"), .product(name: "TensorIO", package: "wgan"),
        .product(name: "WGAN", package: "wgan"),
      ])
  ]
)

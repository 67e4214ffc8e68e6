import NPY2Tensor
import ToolSupport

NPY2Tensor.tool.main()

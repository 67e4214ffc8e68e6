import ToolSupport
import WGANExport

WGANExport.tool.main()

// What Argo CD says of the health of objects: its own scripts, in the Lua that it runs them with. For the tests that
// look with its eyes at what Assay wrote. `node test/e2e/servers/build.ts` builds it.
module assay.dev/test/argo-health

go 1.26.0

tool assay.dev/test/argo-health

require (
	github.com/argoproj/argo-cd/v3 v3.4.13
	github.com/yuin/gopher-lua v1.1.2
	layeh.com/gopher-json v0.0.0-20190114024228-97fed8db8427
)

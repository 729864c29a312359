module kea.dev/parts/pause

go 1.24

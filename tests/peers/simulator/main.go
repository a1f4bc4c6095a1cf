// vCenter as govmomi simulates it: a peer that none of us wrote, for tests of the suite's reading.
package main

import (
	"crypto/tls"
	"flag"
	"fmt"
	"log"
	"net/url"
	"os"
	"os/signal"
	"syscall"

	"github.com/vmware/govmomi/simulator"
)

func main() {
	listen := flag.String("l", "127.0.0.1:0", "address and port to listen on")
	load := flag.String("load", "", "directory of a saved inventory")
	certificate := flag.String("tlscert", "", "certificate (PEM)")
	key := flag.String("tlskey", "", "its key (PEM)")
	username := flag.String("username", "user", "the only account")
	password := flag.String("password", "pass", "its password")
	version := flag.String("api-version", "", "version of the API that it states")
	model := simulator.VPX()
	flag.IntVar(&model.Host, "standalone-host", model.Host, "hosts outside the cluster")
	flag.IntVar(&model.ClusterHost, "host", model.ClusterHost, "hosts of the cluster")
	flag.IntVar(&model.Machine, "vm", model.Machine, "virtual machines of each resource pool")
	flag.BoolVar(&model.Autostart, "autostart", model.Autostart, "whether they are on")
	flag.Parse()

	create := model.Create
	if *load != "" {
		create = func() error { return model.Load(*load) }
	}
	if *version != "" {
		model.ServiceContent.About.ApiVersion = *version
	}
	if err := create(); err != nil {
		log.Fatal(err)
	}
	defer model.Remove()

	model.Service.RegisterEndpoints = true
	model.Service.Listen = &url.URL{
		Scheme: "https", Host: *listen, User: url.UserPassword(*username, *password),
	}
	pair, err := tls.LoadX509KeyPair(*certificate, *key)
	if err != nil {
		log.Fatal(err)
	}
	model.Service.TLS = &tls.Config{Certificates: []tls.Certificate{pair}}
	server := model.Service.NewServer()
	defer server.Close()
	fmt.Println(server.URL.Port())

	ended := make(chan os.Signal, 1)
	signal.Notify(ended, syscall.SIGINT, syscall.SIGTERM)
	<-ended
}

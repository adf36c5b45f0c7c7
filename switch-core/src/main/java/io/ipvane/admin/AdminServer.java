// SPDX-License-Identifier: Apache-2.0
package io.ipvane.admin;

import io.helidon.http.HeaderValues;
import io.helidon.http.Headers;
import io.helidon.webserver.ConnectionContext;
import io.helidon.webserver.WebServer;
import io.helidon.webserver.http.HttpRouting;
import io.helidon.webserver.http1.Http1Config;
import io.helidon.webserver.http1.Http1ConnectionListener;
import io.helidon.webserver.http1.Http1ConnectionSelector;
import io.ipvane.config.AdminConfig;
import io.ipvane.config.ListenAddress;
import io.ipvane.control.view.ConfigTarget;
import io.ipvane.control.view.StatusSource;
import io.ipvane.socket.SocketFile;
import io.ipvane.socket.SocketFileException;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.nio.channels.ServerSocketChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The listening sockets of the admin interface. Started and closed by one thread; requests run on
 * virtual threads.
 */
public final class AdminServer implements AutoCloseable {
    private static final int MAX_REQUEST_LINE_BYTES = 2_048;
    private static final int MAX_HEADER_BYTES = 8_192;
    private static final int MAX_BODY_BYTES = BatchResource.MAX_BODY_BYTES;
    private static final int OWNER_AND_GROUP = 0660;
    private static final Duration GRACE = Duration.ofMillis(200);

    private final ConnectionLimits limits;
    private final List<WebServer> servers = new ArrayList<>();
    private final List<SocketFile> files = new ArrayList<>();
    private final List<Connections> connections = new ArrayList<>();

    private AdminServer(ConnectionLimits limits) {
        this.limits = limits;
    }

    /**
     * Opens every address of the configuration. Changes are taken over unix sockets only: there the
     * kernel says who may connect, while over TCP anybody on the machine may.
     *
     * @param source what is shown
     * @param target what is changed
     * @throws AdminException where one cannot be opened; then none is
     */
    public static AdminServer start(AdminConfig config, StatusSource source, ConfigTarget target) {
        return start(config, source, target, ConnectionLimits.DEFAULT);
    }

    /** As {@link #start(AdminConfig, StatusSource, ConfigTarget)}, with limits of the caller's. */
    static AdminServer start(
            AdminConfig config, StatusSource source, ConfigTarget target, ConnectionLimits limits) {
        final AdminServer server = new AdminServer(limits);
        try {
            config.listen().forEach(address -> server.open(address, source, target));
        } catch (AdminException e) {
            server.close();
            throw e;
        } catch (SocketFileException e) {
            server.close();
            throw new AdminException(e.getMessage(), e);
        }
        return server;
    }

    /** TCP port of the address at this index of the configuration; for tests that asked for 0. */
    int port(int index) {
        return servers.get(index).port();
    }

    private void open(ListenAddress address, StatusSource source, ConfigTarget target) {
        switch (address) {
            case ListenAddress.Unix unix -> {
                final SocketFile file =
                        new SocketFile(unix.path(), "admin", "choose another admin.listen");
                file.clear();
                tryToBind(address);
                file.clear();
                files.add(file);
                listen(address, routing(source, target, true));
                file.open(OWNER_AND_GROUP, Optional.empty());
            }
            case ListenAddress.Tcp tcp -> {
                tryToBind(address);
                listen(address, routing(source, target, false));
            }
        }
    }

    private void listen(ListenAddress address, HttpRouting.Builder routing) {
        final Connections watched = new Connections(address.toString(), http(), limits);
        connections.add(watched);
        final WebServer server =
                WebServer.builder()
                        .bindAddress(address.socketAddress())
                        .shutdownHook(false)
                        .shutdownGracePeriod(GRACE)
                        .maxPayloadSize(MAX_BODY_BYTES)
                        // The only one: with more the server reads before it asks any.
                        .addConnectionSelector(watched)
                        .protocolsDiscoverServices(false)
                        .directHandlers(Responses.directHandlers())
                        .routing(routing)
                        .build();
        server.start();
        if (!server.isRunning()) {
            throw new AdminException(
                    "admin: cannot listen on " + address + "; the log of io.helidon says why");
        }
        servers.add(server);
    }

    private static Http1ConnectionSelector http() {
        return Http1ConnectionSelector.builder()
                .config(
                        Http1Config.builder()
                                .maxPrologueLength(MAX_REQUEST_LINE_BYTES)
                                .maxHeadersSize(MAX_HEADER_BYTES)
                                .addReceiveListener(new LastRequest())
                                .build())
                .build();
    }

    /** The HTTP server says that it closes the connection then, and leaves it to the client. */
    private static final class LastRequest implements Http1ConnectionListener {
        @Override
        public void headers(ConnectionContext context, Headers headers) {
            if (headers.containsToken(HeaderValues.CONNECTION_CLOSE)) {
                ((Connection) context).endAfterAnswer();
            }
        }
    }

    /** Binds once by ourselves: the HTTP server only logs why it cannot. */
    private static void tryToBind(ListenAddress address) {
        try (ServerSocketChannel channel = channel(address)) {
            channel.bind(address.socketAddress());
        } catch (IOException e) {
            throw refusal(address, e);
        }
    }

    private static ServerSocketChannel channel(ListenAddress address) throws IOException {
        return switch (address) {
            case ListenAddress.Unix unix -> ServerSocketChannel.open(StandardProtocolFamily.UNIX);
            case ListenAddress.Tcp tcp -> ServerSocketChannel.open();
        };
    }

    private static HttpRouting.Builder routing(
            StatusSource source, ConfigTarget target, boolean mayChange) {
        final HttpRouting.Builder routing =
                HttpRouting.builder()
                        .register("/v1", new Api(source, target, mayChange))
                        .register(new HealthRoutes(source));
        Responses.addProblems(routing);
        return routing;
    }

    private static AdminException refusal(ListenAddress address, IOException cause) {
        return new AdminException(
                "admin: cannot listen on "
                        + address
                        + " ("
                        + cause.getMessage()
                        + "); free it or choose another admin.listen",
                cause);
    }

    /** Stops listening, lets running requests end for a moment, removes socket files. */
    @Override
    public void close() {
        // The server removes what is at the path.
        files.forEach(SocketFile::makeWay);
        servers.forEach(WebServer::stop);
        servers.clear();
        files.forEach(SocketFile::giveBack);
        files.clear();
        connections.forEach(Connections::close);
        connections.clear();
    }
}

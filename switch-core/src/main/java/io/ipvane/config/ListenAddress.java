// SPDX-License-Identifier: Apache-2.0
package io.ipvane.config;

import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Where the admin interface listens, or where a client looks for it. */
public sealed interface ListenAddress {
    /** Where the daemon listens unless told otherwise. */
    ListenAddress DEFAULT = new Unix(Path.of("/run/ipvane/admin.sock"));

    /** The address in the form that sockets take. */
    SocketAddress socketAddress();

    /** Unix-domain stream socket. */
    record Unix(Path path) implements ListenAddress {
        @Override
        public SocketAddress socketAddress() {
            return UnixDomainSocketAddress.of(path);
        }

        @Override
        public String toString() {
            return "unix:" + path;
        }
    }

    /**
     * TCP over the loopback interface.
     *
     * @param host {@code localhost}, an address of 127.0.0.0/8, or {@code ::1}
     * @param port 0 to 65535; 0 leaves the choice to the kernel
     */
    record Tcp(String host, int port) implements ListenAddress {
        @Override
        public SocketAddress socketAddress() {
            return new InetSocketAddress(host, port);
        }

        @Override
        public String toString() {
            return (host.contains(":") ? "[" + host + "]" : host) + ":" + port;
        }
    }

    /**
     * Reads {@code unix:/absolute/path}, {@code 127.0.0.1:8080}, {@code [::1]:8080} or {@code
     * localhost:8080}.
     *
     * @throws IllegalArgumentException with the text, what is wrong with it and what is right
     */
    static ListenAddress parse(String text) {
        return text.startsWith("unix:") ? unix(text.substring(5)) : tcp(text);
    }

    private static ListenAddress unix(String path) {
        // sun_path holds 108 bytes with the closing NUL: unix(7).
        final int bytes = path.getBytes(StandardCharsets.UTF_8).length;
        if (!path.startsWith("/") || bytes > 107) {
            throw new IllegalArgumentException(
                    "'unix:"
                            + path
                            + "' is no socket path; use an absolute one of at most 107 bytes, for example "
                            + DEFAULT);
        }
        return new Unix(Path.of(path));
    }

    private static ListenAddress tcp(String text) {
        final Matcher form =
                Pattern.compile("(?:\\[([0-9a-fA-F:]+)]|([^:\\[\\]]+)):([0-9]{1,5})").matcher(text);
        if (!form.matches() || Integer.parseInt(form.group(3)) > 0xFFFF) {
            throw new IllegalArgumentException(
                    "'"
                            + text
                            + "' is no place to listen; write unix:/absolute/path or 127.0.0.1:PORT");
        }
        final String host = form.group(1) == null ? form.group(2) : form.group(1);
        if (!isLoopback(host)) {
            throw new IllegalArgumentException(
                    "'"
                            + text
                            + "' is beyond loopback, which needs TLS, and this build has none; listen on"
                            + " 127.0.0.1 or on a unix socket");
        }
        return new Tcp(host, Integer.parseInt(form.group(3)));
    }

    private static boolean isLoopback(String host) {
        return "localhost".equals(host)
                || "::1".equals(host)
                || Pattern.matches("127(\\.(25[0-5]|2[0-4]\\d|1?\\d?\\d)){3}", host);
    }
}

# SPDX-License-Identifier: Apache-2.0
# The applications of examples/podman, from Debian's packages, for where there is no registry to
# pull them from: one image with all of them, and a name for each, where things are where they are
# in the image of that name.

FROM docker.io/library/debian:trixie-slim AS debian
ENV PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
CMD ["bash"]

FROM debian AS applications
# Unpacked only. What the packages' scripts would set up (services, certificates) is not needed, and
# takes as long again as everything else.
RUN apt-get update -qq \
    && apt-get install -qq --no-install-recommends --download-only \
        curl haproxy nginx rsyslog tomcat10-user \
    && for package in /var/cache/apt/archives/*.deb; do dpkg-deb -x "$package" / || exit; done \
    && rm -rf /var/cache/apt/* /var/lib/apt/lists/* /usr/share/doc /usr/share/man \
    && ldconfig

FROM applications AS nginx
RUN echo 'server { listen 80; root /usr/share/nginx/html; }' >/etc/nginx/conf.d/default.conf \
    && ln -s /dev/stdout /var/log/nginx/access.log && ln -s /dev/stderr /var/log/nginx/error.log
CMD ["nginx", "-g", "daemon off;"]

FROM applications AS tomcat
WORKDIR /usr/local/tomcat
RUN cp -r /usr/share/tomcat10/skel/conf . && mkdir logs temp webapps work
ENV JAVA_HOME=/usr/lib/jvm/default-java \
    CATALINA_HOME=/usr/share/tomcat10 \
    CATALINA_BASE=/usr/local/tomcat \
    PATH=/usr/share/tomcat10/bin:$PATH
CMD ["catalina.sh", "run"]

FROM applications AS haproxy
RUN echo haproxy:x:99:99::/var/lib/haproxy:/usr/sbin/nologin >>/etc/passwd \
    && echo haproxy:x:99: >>/etc/group
USER haproxy
CMD ["haproxy", "-W", "-db", "-f", "/usr/local/etc/haproxy/haproxy.cfg"]

FROM applications AS rsyslog
CMD ["rsyslogd", "-n", "-i", "NONE"]

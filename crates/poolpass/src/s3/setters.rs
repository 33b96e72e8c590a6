//! Setters that several builders share, so that each is written and documented once.

/// The setters of every builder that writes an object.
macro_rules! put_setters {
    () => {
        /// Sets all options at once.
        pub fn options(mut self, options: PutOptions) -> Self {
            self.options = options;
            self
        }

        /// Sets the media type. Default: `binary/octet-stream`, set by S3.
        pub fn content_type(mut self, media_type: impl Into<String>) -> Self {
            self.options.content_type = Some(media_type.into());
            self
        }

        /// Sets how long caches may keep the object, such as `max-age=3600`.
        pub fn cache_control(mut self, directives: impl Into<String>) -> Self {
            self.options.cache_control = Some(directives.into());
            self
        }

        /// Sets whether a browser shows or saves the object, and under which name, such as `attachment; filename="a.pdf"`.
        pub fn content_disposition(mut self, disposition: impl Into<String>) -> Self {
            self.options.content_disposition = Some(disposition.into());
            self
        }

        /// Sets the compression of the content, such as `gzip`.
        pub fn content_encoding(mut self, encoding: impl Into<String>) -> Self {
            self.options.content_encoding = Some(encoding.into());
            self
        }

        /// Sets the language of the content.
        pub fn content_language(mut self, language: impl Into<String>) -> Self {
            self.options.content_language = Some(language.into());
            self
        }

        /// Adds a name and a value to the app's own metadata: at most 2 KB of ASCII in total.
        pub fn metadata(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
            self.options.metadata.insert(name.into(), value.into());
            self
        }

        /// Writes only if no object has the key yet (`If-None-Match: *`). Otherwise the call fails with kind `ConditionFailed`.
        pub fn if_absent(mut self) -> Self {
            self.options.if_absent = true;
            self
        }

        /// Writes only if the present object has this ETag (`If-Match`). Otherwise the call fails with kind `ConditionFailed`, or
        /// `NotFound` if there is no object.
        pub fn if_match(mut self, etag: impl Into<String>) -> Self {
            self.options.if_match = Some(etag.into());
            self
        }

        /// Sets the storage class, such as `STANDARD_IA` or `GLACIER_IR`. Default: `STANDARD`.
        pub fn storage_class(mut self, class: impl Into<String>) -> Self {
            self.options.storage_class = Some(class.into());
            self
        }

        /// Sets the encryption at rest: `AES256` or `aws:kms`. Default: the bucket's.
        pub fn server_side_encryption(mut self, encryption: impl Into<String>) -> Self {
            self.options.server_side_encryption = Some(encryption.into());
            self
        }

        /// Sets the KMS key for `aws:kms`. Default: the account's own key for S3.
        pub fn kms_key_id(mut self, id: impl Into<String>) -> Self {
            self.options.kms_key_id = Some(id.into());
            self
        }
    };
}

/// The setters of every builder that reads an object or its metadata.
macro_rules! get_setters {
    () => {
        /// Sets all options at once.
        pub fn options(mut self, options: GetOptions) -> Self {
            self.options = options;
            self
        }

        /// Reads only if the object has this ETag. Otherwise the call fails with kind `ConditionFailed`.
        pub fn if_match(mut self, etag: impl Into<String>) -> Self {
            self.options.if_match = Some(etag.into());
            self
        }

        /// Reads only if the object has another ETag, that is, has changed. Otherwise the call fails with kind `NotModified`.
        pub fn if_none_match(mut self, etag: impl Into<String>) -> Self {
            self.options.if_none_match = Some(etag.into());
            self
        }

        /// Reads only if the object has changed since this time. Otherwise the call fails with kind `NotModified`.
        pub fn if_modified_since(mut self, time: SystemTime) -> Self {
            self.options.if_modified_since = Some(time);
            self
        }

        /// Reads only if the object has not changed since this time. Otherwise the call fails with kind `ConditionFailed`.
        pub fn if_unmodified_since(mut self, time: SystemTime) -> Self {
            self.options.if_unmodified_since = Some(time);
            self
        }

        /// Reads this version, in a bucket with versioning. Default: the latest.
        pub fn version_id(mut self, id: impl Into<String>) -> Self {
            self.options.version_id = Some(id.into());
            self
        }
    };
}

pub(super) use {get_setters, put_setters};
